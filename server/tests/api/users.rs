//! Managing accounts as an admin in a browser without scripts: inviting, roles, removing.

use hookgram::{audit::AuditAction, role::Role};
use server::store::audit::COMMAND_LINE;

use crate::{
    person::{Person, between},
    support::{TestServer, smtp::SmtpServer},
    visitor::{PASSWORD, Visitor},
};

#[tokio::test]
async fn an_invitation_link_is_shown_once_and_can_be_revoked() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let page = admin.see("/users").await;
    assert!(page.contains("admin@example.com") && page.contains("it is you") || page.contains("you"), "{page}");
    for (email, words) in [
        ("nobody", "This does not look like an email address."),
        ("admin@example.com", "This person already has an account."),
    ] {
        let answer = admin.post("/users/invite", &[("email", email), ("role", "viewer")]).await;
        assert_eq!(answer.status(), 422);
        let page = answer.text().await.unwrap();
        assert!(page.contains(words) && page.contains(&format!("value=\"{email}\"")), "{page}");
    }
    let made = admin.post("/users/invite", &[("email", "new@example.com"), ("role", "operator")]).await;
    assert_eq!(made.status(), 200);
    let page = made.text().await.unwrap();
    let link = between(&page, "/invite/", "\"").to_owned();
    assert!(link.len() > 20 && page.contains("Email is not set up"), "{page}");
    let page = admin.see("/users").await;
    assert!(page.contains("new@example.com") && !page.contains(&link), "{page}");
    let id = between(&page, "name=\"id\" value=\"", "\"").to_owned();
    admin.post("/users/invitations/revoke", &[("id", &id)]).await;
    assert!(!admin.see("/users").await.contains("new@example.com"));
    let audit = admin.see("/audit?kind=invitation").await;
    assert!(audit.contains("Invited") && audit.contains("Invitation revoked") && !audit.contains(&link), "{audit}");
    server.stop().await;
}

#[tokio::test]
async fn an_invitation_is_mailed_if_mail_is_configured() {
    let smtp = SmtpServer::start().await;
    let server = TestServer::start_with("http://127.0.0.1:9", |config| smtp.fix(config)).await;
    let admin = Person::new(&server, Role::Admin).await;
    let made = admin.post("/users/invite", &[("email", "new@example.com"), ("role", "viewer")]).await;
    let page = made.text().await.unwrap();
    assert!(page.contains("An email with the link was sent."), "{page}");
    let link = between(&page, "/invite/", "\"").to_owned();
    let mails = smtp.mails();
    assert_eq!(mails.len(), 1);
    let mail = format!("{:?}", mails[0]);
    assert!(mail.contains("new@example.com") && mail.contains(&link), "{mail}");
    server.stop().await;
}

#[tokio::test]
async fn roles_can_be_changed_and_accounts_removed_except_for_the_last_admin() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let viewer = Person::new(&server, Role::Viewer).await;
    let members = server.state.store.accounts.members().await.unwrap();
    let id = |role: Role| members.iter().find(|member| member.account.role == role).unwrap().account.id;
    let (me, them) = (id(Role::Admin), id(Role::Viewer));
    let page = admin.see(&format!("/users/{me}")).await;
    assert!(page.contains("This is the last admin") && !page.contains("<button class=\"button danger\""), "{page}");
    for (path, fields) in
        [(format!("/users/{me}/role"), vec![("role", "viewer")]), (format!("/users/{me}/remove"), vec![])]
    {
        let answer = admin.post(&path, &fields).await;
        assert_eq!(answer.status(), 422, "{path}");
        assert!(answer.text().await.unwrap().contains("This is the last admin"));
    }
    assert_eq!(viewer.get("/").await.status(), 200);
    let done = admin.post(&format!("/users/{them}/role"), &[("role", "operator")]).await;
    assert!(admin.follow(done).await.contains("Role changed."));
    assert_eq!(viewer.get("/").await.status(), 303, "their session has ended");
    // A form from an older page names a role that has changed since, so it changes nothing.
    let late = admin.post(&format!("/users/{them}/role"), &[("role", "admin"), ("was", "viewer")]).await;
    assert_eq!(late.status(), 422);
    let page = late.text().await.unwrap();
    assert!(page.contains("It is now: Operator.") && page.contains("name=\"was\" value=\"operator\""), "{page}");
    let done = admin.post(&format!("/users/{them}/remove"), &[]).await;
    let page = admin.follow(done).await;
    assert!(page.contains("Account removed.") && !page.contains("viewer@example.com"), "{page}");
    assert_eq!(admin.get(&format!("/users/{them}")).await.status(), 404);
    let audit = admin.see("/audit?kind=account").await;
    assert!(
        audit.contains("Role changed") && audit.contains("Account removed") && audit.contains("Operator"),
        "{audit}"
    );
    server.stop().await;
}

#[tokio::test]
async fn sensitive_actions_require_confirming_the_password() {
    use sqlx::Connection as _;
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let other =
        server.state.store.accounts.add_user("b@example.com", Role::Viewer, None, &COMMAND_LINE).await.unwrap().id;
    let mut connection = sqlx::SqliteConnection::connect(&server.database_url()).await.unwrap();
    for statement in ["UPDATE users SET password_hash = 'x'", "UPDATE sessions SET confirmed_at = 0"] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    let page = admin.see("/users").await;
    assert!(page.contains("confirm that it is you") && page.contains("<fieldset disabled"), "{page}");
    assert!(admin.see("/settings").await.contains("<fieldset disabled"));
    let them = format!("/users/{other}");
    assert_eq!(admin.get(&them).await.headers()["location"], format!("/confirm?next={them}"));
    for (path, fields) in [
        ("/users/invite".to_owned(), vec![("email", "new@example.com"), ("role", "admin")]),
        ("/users/invitations/revoke".to_owned(), vec![("id", "x")]),
        (format!("{them}/role"), vec![("role", "admin")]),
        (format!("{them}/remove"), vec![]),
        ("/settings".to_owned(), vec![("retention_days", "1")]),
        ("/settings/mail".to_owned(), vec![]),
    ] {
        let answer = admin.post(&path, &fields).await;
        assert_eq!(answer.status(), 303, "{path}");
        assert!(answer.headers()["location"].to_str().unwrap().starts_with("/confirm?next="), "{path}");
    }
    let member = server.state.store.accounts.member(other).await.unwrap().unwrap();
    assert_eq!((member.account.role, server.state.settings.now().retention.as_secs()), (Role::Viewer, 30 * 86_400));
    assert!(server.state.store.accounts.invitations().await.unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn invitations_become_invalid_when_their_admin_loses_the_role_or_the_account() {
    let server = TestServer::start("http://127.0.0.1:9").await;
    let admin = Person::new(&server, Role::Admin).await;
    let own = admin.post("/users/invite", &[("email", "own@example.com"), ("role", "viewer")]).await;
    let own = format!("/invite/{}", between(&own.text().await.unwrap(), "/invite/", "\""));
    for (email, change) in [("Second@example.com", "role"), ("third@example.com", "remove")] {
        let other = Visitor::invited(&server, email, Role::Admin).await;
        let made = other.post("/users/invite", &[("email", "new@example.com"), ("role", "admin")]).await;
        let link = format!("/invite/{}", between(&made.text, "/invite/", "\""));
        assert_eq!(Visitor::new(&server).get(&link).await.status, 200);
        let id = server.state.store.accounts.user_by_email(email).await.unwrap().unwrap().account.id;
        let done = admin.post(&format!("/users/{id}/{change}"), &[("role", "operator")]).await;
        assert_eq!(done.status(), 303, "{change}");
        let guest = Visitor::new(&server);
        assert_eq!(guest.get(&link).await.status, 404, "{change}");
        assert_eq!(guest.post(&link, &[("password", PASSWORD)]).await.status, 404, "{change}");
        assert_eq!(guest.get(&own).await.status, 200, "{change}: nobody else's");
    }
    let filter = server::store::AuditFilter { limit: 50, ..Default::default() };
    let seen = server.state.store.audit.audited(&filter).await.unwrap();
    let revoked: Vec<_> = seen.iter().filter(|entry| entry.action == Some(AuditAction::InvitationRevoked)).collect();
    assert_eq!(revoked.len(), 2, "{seen:?}");
    for entry in revoked {
        assert_eq!((entry.by.who.as_str(), entry.object.as_str()), ("admin@example.com", "new@example.com"));
    }
    server.stop().await;
}
