//! Accounts: the last admin cannot be removed, even by concurrent requests.

use hookgram::role::Role;

use super::*;
use crate::{
    store::audit::{By, COMMAND_LINE},
    time::now,
};

fn by(who: &str) -> By {
    By { who: who.into(), address: None }
}

#[tokio::test]
async fn the_last_admin_can_be_neither_removed_nor_demoted() {
    let store = Store::in_memory().await.unwrap();
    let first = store.accounts.add_user("a@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap().id;
    let other = store.accounts.add_user("b@example.com", Role::Viewer, None, &COMMAND_LINE).await.unwrap().id;
    assert!(store.accounts.member(first).await.unwrap().unwrap().is_last_admin);
    for role in [Role::Viewer, Role::Operator] {
        assert!(matches!(store.accounts.change_role(first, role, &COMMAND_LINE).await, Err(StoreError::LastAdmin)));
    }
    assert!(matches!(store.accounts.remove_member(first, &COMMAND_LINE).await, Err(StoreError::LastAdmin)));
    store.accounts.change_role(first, Role::Admin, &COMMAND_LINE).await.unwrap();
    store.accounts.change_role(other, Role::Admin, &COMMAND_LINE).await.unwrap();
    assert!(!store.accounts.member(first).await.unwrap().unwrap().is_last_admin);
    store.accounts.remove_member(first, &COMMAND_LINE).await.unwrap();
    assert!(matches!(store.accounts.remove_member(other, &COMMAND_LINE).await, Err(StoreError::LastAdmin)));
    assert!(matches!(store.accounts.remove_member(first, &COMMAND_LINE).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn two_admins_who_remove_each_other_at_once_leave_one_admin() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/x.db", folder.path().display());
    let store = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    // A second process, such as the command line beside a running server.
    let beside = Store::connect(&url, Sealer::ephemeral().unwrap()).await.unwrap();
    for round in 0..10 {
        let a = store
            .accounts
            .add_user(&format!("a{round}@example.com"), Role::Admin, None, &COMMAND_LINE)
            .await
            .unwrap()
            .id;
        let b = store
            .accounts
            .add_user(&format!("b{round}@example.com"), Role::Admin, None, &COMMAND_LINE)
            .await
            .unwrap()
            .id;
        for member in store.accounts.members().await.unwrap() {
            if ![a, b].contains(&member.account.id) {
                store.accounts.remove_member(member.account.id, &COMMAND_LINE).await.unwrap();
            }
        }
        let (asked, b_asked) = (by("a"), by("b"));
        let (one, two) = tokio::join!(
            store.accounts.remove_member(b, &asked),
            beside.accounts.change_role(a, Role::Viewer, &b_asked)
        );
        assert!(one.is_ok() != two.is_ok(), "round {round}: {one:?} {two:?}");
        let admins =
            store.accounts.members().await.unwrap().iter().filter(|member| member.account.role == Role::Admin).count();
        assert_eq!(admins, 1);
    }
}

#[tokio::test]
async fn a_change_of_role_ends_sessions_and_keeps_the_time_of_the_last_visit() {
    let store = Store::in_memory().await.unwrap();
    store.accounts.add_user("a@example.com", Role::Admin, None, &COMMAND_LINE).await.unwrap();
    let id = store.accounts.add_user("b@example.com", Role::Viewer, None, &COMMAND_LINE).await.unwrap().id;
    assert_eq!(store.accounts.member(id).await.unwrap().unwrap().last_seen_at, None);
    let at = now();
    sqlx::query(
        "INSERT INTO sessions (token_hash, user_id, created_at, last_used_at, expires_at, user_agent, address)
         VALUES (x'01', ?1, ?2, ?2, ?2 + 1000000, '', '')",
    )
    .bind(id)
    .bind(at)
    .execute(&store.db.write)
    .await
    .unwrap();
    store.accounts.change_role(id, Role::Operator, &by("a@example.com")).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&store.db.read).await.unwrap();
    let member = store.accounts.member(id).await.unwrap().unwrap();
    assert_eq!((left, member.account.role, member.last_seen_at), (0, Role::Operator, Some(at)));
}
