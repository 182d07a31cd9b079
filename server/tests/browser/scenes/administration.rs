//! The scenes of accounts, the settings and the audit log.

use super::{
    Scene,
    Step::{Click, Fill, Live, See},
};

pub(super) fn scenes() -> Vec<Scene> {
    let invite = |email: &str| [Fill("#email", email.to_owned()), Click("#invite button.primary")];
    let save = |css: &'static str, text: &str| {
        [Fill(css, text.to_owned()), Click("#keeping button.primary"), See(".toast, [aria-invalid=true]")]
    };
    vec![
        Scene::new("account-menu", "/users", [Live, Click(".top .menu summary"), See(".top .menu-body a")]),
        Scene::new("users", "/users", [Live]),
        Scene::new("users-fault", "/users", invite("operator@example.com").into_iter().chain([See(".field-fault")])),
        Scene::new("users-invited", "/users", invite("new@example.com").into_iter().chain([See(".copy")])),
        Scene::new("users-open", "/users", [See("form[action='/users/invitations/revoke']")]),
        Scene::new("user-last-admin", "/users", [Click("td.end a"), See(".notice")]),
        Scene::new("settings", "/settings", [Live]),
        Scene::new("settings-mail-other", "/settings", [Click("[value=other]"), See("#smtp_host")]),
        Scene::new("settings-saved", "/settings", save("#retention_days", "60")),
        Scene::new("settings-fault", "/settings", save("#retention_days", "0")),
        Scene::new("audit", "/audit", [Live]),
        Scene::new("audit-changes", "/audit?kind=settings", [Click(".audit-changes summary"), See(".differences")]),
        Scene::new("audit-no-match", "/audit?object=none", [See(".empty")]),
        Scene::new("audit-fault", "/audit?from=yesterday", [See("[aria-invalid=true]")]),
    ]
}
