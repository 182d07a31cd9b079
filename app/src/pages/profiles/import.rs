//! `/profiles/import`

use leptos::prelude::*;

use crate::{
    components::area_text,
    i18n::{ProfileActionWords, import_profiles, language, words},
    pages::{Fault, PageHead, audit::change},
};

/// The import page.
#[derive(Clone, Debug, Default)]
pub struct ImportPage {
    /// The fault of the form as a whole.
    pub fault: Option<String>,
    /// The plan, once a file has been read.
    pub plan: Option<ImportPlan>,
    /// The text in the form, with its tokens masked.
    pub pasted: String,
    /// The id of the draft with the unmasked text, if a token in it is masked.
    pub kept: Option<String>,
}

/// The effect of importing a file.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    /// The draft to confirm; `None` if the file has faults.
    pub draft: Option<String>,
    /// The profiles in the file.
    pub rows: Vec<ImportRow>,
    /// Faults that belong to no profile.
    pub faults: Vec<LineFault>,
}

/// A profile in the file.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Its name.
    pub name: String,
    /// The line where it starts.
    pub line: Option<u64>,
    /// Whether it replaces a stored profile with the same name.
    pub replaces: bool,
    /// The changes of the stored profile: name, old value, new value.
    pub changes: Vec<(String, String, String)>,
    /// Whether its messages go to the sandbox.
    pub sandbox: bool,
    /// The masked token in the file.
    pub bot: Option<String>,
    /// The contact field.
    pub field: String,
    /// The faults.
    pub faults: Vec<LineFault>,
}

/// A fault with its line.
#[derive(Clone, Debug)]
pub struct LineFault {
    /// The line, if it is known.
    pub line: Option<u64>,
    /// The sentence, with the path of the value.
    pub sentence: String,
}

#[component]
pub(in crate::pages) fn Import(page: ImportPage) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let ImportPage { fault, plan, pasted, kept } = page;
    let form = plan.as_ref().is_none_or(|plan| plan.draft.is_none());
    view! {
        <PageHead title=w.import_title.to_owned() why=w.import_why />
        <Fault sentence=fault />
        {plan.map(|plan| view! { <Plan plan /> })}
        {form.then(|| view! { <Upload pasted kept /> })}
    }
}

#[component]
fn Upload(pasted: String, kept: Option<String>) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    view! {
        <form class="card" method="post" action="/profiles/import" enctype="multipart/form-data">
            {kept.map(|kept| view! { <input type="hidden" name="kept" value=kept /> })}
            <div class="field">
                <label for="import-file">{w.import_file}</label>
                <input class="input" id="import-file" type="file" name="file" accept=".yaml,.yml,.json" />
                <p class="help">{w.import_file_help}</p>
            </div>
            <div class="field">
                <label for="import-text">{w.import_text}</label>
                <textarea
                    class="input mono"
                    id="import-text"
                    name="text"
                    rows="8"
                    spellcheck="false"
                    translate="no"
                    placeholder="profiles:\n  - name: …"
                >
                    {area_text(pasted)}
                </textarea>
            </div>
            <div class="actions form-end">
                <button class="button primary">{w.import_look}</button>
                <a class="button" href="/">
                    {w.cancel}
                </a>
            </div>
            <p class="help">{w.import_nothing_yet}</p>
        </form>
    }
}

#[component]
fn Plan(plan: ImportPlan) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let ImportPlan { draft, rows, faults } = plan;
    let count = rows.len();
    let failed = draft.is_none();
    view! {
        {failed.then(|| view! { <Fault sentence=Some(w.import_faulty.to_owned()) /> })}
        {(!faults.is_empty()).then(|| view! { <div class="card"><Faults faults /></div> })}
        {(count > 0).then(|| view! {
            <div class="card table-card">
                <table class="table" aria-label=w.import_table>
                    <thead>
                        <tr>
                            <th scope="col">{w.name}</th>
                            <th scope="col">{w.import_becomes}</th>
                            <th scope="col">{w.bot}</th>
                            <th scope="col">{w.field}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(|row| view! { <Row row /> }).collect_view()}</tbody>
                </table>
            </div>
        })}
        {draft.map(|draft| view! {
            <form class="actions form-end" method="post" action="/profiles/import">
                <input type="hidden" name="draft" value=draft />
                <button class="button primary">{import_profiles(language(), count)}</button>
                <a class="button" href="/profiles/import">
                    {w.import_other}
                </a>
            </form>
        })}
    }
}

#[component]
fn Row(row: ImportRow) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let becomes = if !row.faults.is_empty() {
        ("mark bad", w.import_wrong)
    } else if row.replaces {
        ("mark warn", w.import_replaces)
    } else {
        ("mark ok", w.import_new)
    };
    let changes = match (row.replaces && row.faults.is_empty(), row.changes.is_empty()) {
        (false, _) => ().into_any(),
        (true, true) => view! { <span class="soft">{w.import_changes_nothing}</span> }.into_any(),
        (true, false) => view! {
            <details class="audit-changes">
                <summary>{w.import_changes} " (" {row.changes.len()} ")"</summary>
                <dl class="differences">
                    {row.changes.into_iter().map(|(what, from, to)| change(&what, from, to)).collect_view()}
                </dl>
            </details>
        }
        .into_any(),
    };
    let bot = match (row.sandbox, row.bot) {
        (true, _) => view! { <span class="tag">{w.sandbox}</span> }.into_any(),
        (false, Some(masked)) => view! { <span class="mono soft">{masked}</span> }.into_any(),
        (false, None) if row.replaces => view! { <span class="soft">{w.import_token_stays}</span> }.into_any(),
        (false, None) => view! { <span class="soft">"—"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                {row.name} {row.line.map(|line| view! { <span class="row-sub">{w.line} " " {line}</span> })}
            </th>
            <td data-title=w.import_becomes>
                <span class="stack">
                    <span class=becomes.0>{becomes.1}</span>
                    {changes}
                    <Faults faults=row.faults />
                </span>
            </td>
            <td data-title=w.bot>{bot}</td>
            <td class="mono" data-title=w.field>{row.field}</td>
        </tr>
    }
}

#[component]
fn Faults(faults: Vec<LineFault>) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let draw = |fault: LineFault| {
        let line = fault.line.map(|line| view! { <b>{w.line} " " {line} ": "</b> });
        view! { <li>{line} {fault.sentence}</li> }
    };
    (!faults.is_empty()).then(|| view! { <ul class="faults">{faults.into_iter().map(draw).collect_view()}</ul> })
}
