//! `/users`: the accounts and their roles, open invitations, and changing both.

use hookgram::{
    Millis,
    role::{Account, Role},
};
use leptos::prelude::*;

use crate::{
    components::CopyField,
    i18n::{UserWords, in_quotes, language, role_allows, role_name, words},
    pages::{Fault, Locked, moment::At},
};

/// A user with an account.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// The account.
    pub account: Account,
    /// Whether it is the reader's own account.
    pub is_you: bool,
    /// Whether the account has a second factor.
    pub has_second_factor: bool,
    /// When the user was last active.
    pub last_seen_at: Option<Millis>,
    /// Whether the account is the only admin.
    pub is_last_admin: bool,
}

/// An open invitation.
#[derive(Clone, Debug)]
pub struct InvitationView {
    /// The invitation's id.
    pub id: String,
    /// The invited address.
    pub email: String,
    /// The role of the new account.
    pub role: Role,
    /// The user who made the invitation.
    pub made_by: String,
    /// When it expires.
    pub expires_at: Millis,
}

/// The list of users.
#[derive(Clone, Debug, Default)]
pub struct UsersView {
    /// The accounts.
    pub members: Vec<MemberView>,
    /// The open invitations.
    pub invitations: Vec<InvitationView>,
    /// The invited address, as typed.
    pub email: String,
    /// The role of the invitation.
    pub role: Option<Role>,
    /// The fault of the address.
    pub fault: Option<String>,
    /// Whether the reader must re-authenticate before a change.
    pub locked: bool,
}

/// The result of mailing an invitation.
#[derive(Clone, Debug)]
pub enum Mailed {
    /// The mail server accepted it.
    Taken,
    /// No mail server is configured.
    NoServer,
    /// Sending failed, with the mail server's error text.
    Failed(String),
}

/// A new invitation.
#[derive(Clone, Debug)]
pub struct InvitedView {
    /// The invited address.
    pub email: String,
    /// The full link. The page shows it only once.
    pub link: String,
    /// When it expires.
    pub expires_at: Millis,
    /// The result of mailing it.
    pub mailed: Mailed,
}

#[component]
pub(in crate::pages) fn Users(view: UsersView) -> impl IntoView {
    let w = words::<UserWords>();
    let UsersView { members, invitations, email, role, fault, locked } = view;
    let members = members.into_iter().map(member).collect_view();
    let open = (!invitations.is_empty()).then(|| view! { <Open invitations locked /> });
    let lock = locked.then(|| view! { <Locked why=w.locked action=w.unlock page="/users" /> });
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {lock}
        <div class="card table-card">
            <table class="table" aria-label=w.title>
                <thead>
                    <tr>
                        <th scope="col">{w.person}</th>
                        <th scope="col">{w.role}</th>
                        <th scope="col">{w.factor}</th>
                        <th scope="col">{w.seen}</th>
                        <th scope="col">
                            <span class="visually-hidden">{w.change}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{members}</tbody>
            </table>
        </div>
        {open}
        <Invite email role fault locked />
    }
}

fn member(member: MemberView) -> AnyView {
    let w = words::<UserWords>();
    let Account { id, email, role } = member.account;
    let factor = if member.has_second_factor {
        view! { <span class="mark ok">{w.factor_on}</span> }.into_any()
    } else {
        view! { <span class="mark soft">{w.factor_off}</span> }.into_any()
    };
    let seen = match member.last_seen_at {
        Some(at) => view! { <At at=at /> }.into_any(),
        None => w.never.into_any(),
    };
    let label = format!("{} {email}", w.change_of);
    view! {
        <tr>
            <th scope="row">{email} {member.is_you.then(|| view! { " " <span class="tag">{w.you}</span> })}</th>
            <td data-title=w.role>{role_name(role)}</td>
            <td data-title=w.factor>{factor}</td>
            <td data-title=w.seen>{seen}</td>
            <td class="end">
                <a class="button small" href=format!("/users/{id}") aria-label=label>
                    {w.change}
                </a>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Open(invitations: Vec<InvitationView>, locked: bool) -> impl IntoView {
    let w = words::<UserWords>();
    let rows = invitations
        .into_iter()
        .map(|invitation| {
            let label = format!("{}: {}", w.revoke, invitation.email);
            view! {
                <tr>
                    <th scope="row">{invitation.email}</th>
                    <td data-title=w.role>{role_name(invitation.role)}</td>
                    <td data-title=w.made_by>{invitation.made_by}</td>
                    <td data-title=w.until>
                        <At at=invitation.expires_at />
                    </td>
                    <td class="end">
                        <form method="post" action="/users/invitations/revoke">
                            <button class="button small" name="id" value=invitation.id aria-label=label disabled=locked>
                                {w.revoke}
                            </button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card table-card">
            <h2 class="table-title">{w.open_title}</h2>
            <table class="table" aria-label=w.open_title>
                <thead>
                    <tr>
                        <th scope="col">{w.email}</th>
                        <th scope="col">{w.role}</th>
                        <th scope="col">{w.made_by}</th>
                        <th scope="col">{w.until}</th>
                        <th scope="col">
                            <span class="visually-hidden">{w.revoke}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Invite(email: String, role: Option<Role>, fault: Option<String>, locked: bool) -> impl IntoView {
    let w = words::<UserWords>();
    let is_bad = fault.is_some();
    view! {
        <section class="card" id="invite">
            <h2>{w.invite}</h2>
            <p class="why">{w.invite_why}</p>
            <form method="post" action="/users/invite">
                <fieldset class="plain-fieldset" disabled=locked>
                    <div class="field">
                        <label for="email">{w.email}</label>
                        <input
                            class="input"
                            id="email"
                            name="email"
                            type="email"
                            value=email
                            required
                            autocomplete="off"
                            autofocus=is_bad
                            aria-invalid=is_bad.then_some("true")
                            aria-describedby=is_bad.then_some("email-note")
                        />
                        {fault.map(|fault| view! { <p class="field-fault" id="email-note">{fault}</p> })}
                    </div>
                    <Roles chosen=role.unwrap_or(Role::Operator) />
                    <div class="actions form-end">
                        <button class="button primary">{w.invite_do}</button>
                    </div>
                </fieldset>
            </form>
        </section>
    }
}

#[component]
fn Roles(chosen: Role) -> impl IntoView {
    let w = words::<UserWords>();
    let roles = [Role::Viewer, Role::Operator, Role::Admin]
        .into_iter()
        .map(|role| {
            view! {
                <label class="choice">
                    <input type="radio" name="role" value=role.name() checked=role == chosen />
                    <span>
                        <b>{role_name(role)}</b>
                        <span class="help">{role_allows(role)}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="choices role-choices">
            <legend>{w.role}</legend>
            {roles}
        </fieldset>
    }
}

#[component]
pub(in crate::pages) fn Invited(view: InvitedView) -> impl IntoView {
    let w = words::<UserWords>();
    let (class, sentence) = match view.mailed {
        Mailed::Taken => ("notice ok", w.mailed.to_owned()),
        Mailed::NoServer => ("notice warn", w.not_mailed.to_owned()),
        Mailed::Failed(words) => ("notice bad", format!("{} {}", w.mail_failed, in_quotes(language(), &words))),
    };
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/users">{w.title}</a>
            </p>
            <h1>{w.invited_title}</h1>
            <div class="card">
                <p class=class role="status">
                    {sentence}
                </p>
                <p>{w.invited_why} " " <b>{view.email}</b> ". " {w.invited_once}</p>
                <CopyField text=view.link label=w.invited_link />
                <p class="help">{w.invited_until} " " <At at=view.expires_at /></p>
                <p class="actions form-end">
                    <a class="button primary" href="/users">
                        {w.to_people}
                    </a>
                </p>
            </div>
        </div>
    }
}

#[component]
pub(in crate::pages) fn User(view: MemberView, fault: Option<String>) -> impl IntoView {
    let w = words::<UserWords>();
    let Account { id, email, role } = view.account.clone();
    let (change, remove) = if view.is_last_admin {
        (view! { <p class="notice warn">{w.last_admin}</p> }.into_any(), ().into_any())
    } else {
        let change = view! {
            <form class="card" method="post" action=format!("/users/{id}/role")>
                <h2>{w.role_title}</h2>
                <p class="why">{w.role_why}</p>
                <input type="hidden" name="was" value=role.name() />
                <Roles chosen=role />
                <div class="actions form-end">
                    <button class="button primary">{w.role_do}</button>
                    <a class="button" href="/users">
                        {w.to_people}
                    </a>
                </div>
            </form>
        };
        let remove = view! {
            <form class="card" method="post" action=format!("/users/{id}/remove")>
                <h2>{w.remove_title}</h2>
                <ul class="consequences">
                    <li>{w.remove_sessions}</li>
                    <li>{w.remove_work}</li>
                    <li>{w.remove_again}</li>
                </ul>
                <button class="button danger">{w.remove_do} " " {email.clone()}</button>
            </form>
        };
        (change.into_any(), remove.into_any())
    };
    view! {
        <div class="narrow">
            <p class="crumbs">
                <a href="/users">{w.title}</a>
            </p>
            <h1>{email}</h1>
            <Fault sentence=fault />
            {change}
            {remove}
        </div>
    }
}
