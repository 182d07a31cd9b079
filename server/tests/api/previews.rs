//! The builder's preview: the latest events of a profile, their bodies, and the effect of a change on their messages.

use crate::{
    pages::page_request,
    support::{TestServer, event},
};
use app::{backend::Backend as _, error::AppError, session::Viewer, views::LineMark};
use hookgram::{
    channel::ChannelKind,
    event::EventType,
    parameters::Parameter,
    profile::EditedProfile,
    role::{Account, Role},
};

#[tokio::test]
async fn a_change_is_previewed_on_the_latest_events_of_its_own_profile() {
    let server = TestServer::start("http://127.0.0.1:1").await;
    let viewer = Viewer::of(Account { id: 1, email: "a@b.c".into(), role: Role::Operator }).unwrap();
    let request = page_request(&server);
    let ours = server.profile("Ours", true, &[(Parameter::Message, "Hello")]).await;
    let others = server.profile("Others", true, &[]).await;
    for number in 1..=12 {
        let (status, answer) = server.post(&format!("/h/{}", ours.key), event(&format!("№{number}"), &["5"])).await;
        assert_eq!(status, 200, "{answer}");
    }
    // These are a duplicate, a body that is no event, and an event of another profile.
    server.post(&format!("/h/{}", ours.key), event("№12", &["5"])).await;
    server.post(&format!("/h/{}", ours.key), "{").await;
    server.post(&format!("/h/{}", others.key), event("№99", &["5"])).await;

    let past = request.past_events(&viewer, ours.id).await.unwrap();
    let numbers: Vec<_> = past.iter().map(|event| event.about.as_str()).collect();
    assert_eq!(numbers[..3], ["", "№12", "№11"]);
    assert_eq!(numbers.len(), 10);
    assert_eq!(request.payload(&viewer, ours.id, past[0].id).await.unwrap(), "{");
    assert_eq!(request.payload(&viewer, ours.id, past[1].id).await.unwrap(), event("№12", &["5"]));
    assert_eq!(request.payload(&viewer, others.id, past[1].id).await, Err(AppError::NotFound));
    assert_eq!(request.payload(&viewer, ours.id, 1 << 40).await, Err(AppError::NotFound));

    let with = |message: &str, events: Vec<EventType>| {
        let mut profile = ours.profile.clone();
        profile.set(Parameter::Message, message).unwrap();
        EditedProfile {
            name: ours.name.clone(),
            enabled: None,
            channel: ChannelKind::Sandbox,
            bare_ids: None,
            bot: None,
            events,
            profile,
            key: None,
        }
    };
    let same = request.compare(&viewer, ours.id, with("Hello", Vec::new())).await.unwrap();
    // Bodies that are no events are not compared.
    let told: Vec<_> = same.iter().map(|one| one.event.about.as_str()).collect();
    assert_eq!(told, ["№12", "№11", "№10", "№9", "№8"]);
    assert!(same.iter().all(|one| one.lines.is_empty()));
    let changed = request.compare(&viewer, ours.id, with("Bye", Vec::new())).await.unwrap();
    let lines = &changed[0].lines;
    let told: Vec<_> = lines.iter().map(|line| (line.mark, line.html.as_deref())).collect();
    let expected = [
        (LineMark::Removed, Some("Hello")),
        (LineMark::Added, Some("Bye")),
        (LineMark::Same, Some("")),
        (LineMark::LeftOut, None),
    ];
    assert_eq!(told, expected);
    let narrowed = request.compare(&viewer, ours.id, with("Hello", vec![EventType(3001)])).await.unwrap();
    assert_eq!(narrowed[0].says_nothing, (false, true));
    assert!(narrowed[0].lines.iter().all(|line| line.mark == LineMark::Removed));
    assert_eq!(request.compare(&viewer, 99, with("", Vec::new())).await, Err(AppError::NotFound));
    server.stop().await;
}
