//! `/deliveries/{id}/payload`: the body of an event as a foldable tree.

use std::fmt;

use leptos::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{
    components::area_text,
    i18n::{LogWords, TraceWords, words},
};

/// The number of levels that are unfolded at first.
const OPEN: usize = 2;
/// The most nodes that are rendered. A larger body can be downloaded.
const MOST: usize = 20_000;

/// The body of an event.
#[derive(Clone, Debug)]
pub struct PayloadView {
    /// The event's public id.
    pub public_id: String,
    /// The body; `None` if it is no longer stored.
    pub body: Option<String>,
}

#[component]
pub(in crate::pages) fn Payload(view: PayloadView) -> impl IntoView {
    let w = words::<TraceWords>();
    let PayloadView { public_id, body } = view;
    let event = format!("/deliveries/{public_id}");
    let tree = match &body {
        None => view! { <p class="soft">{w.payload_none}</p> }.into_any(),
        Some(body) => match serde_json::from_str::<Node>(body) {
            Ok(value) => {
                let mut left = MOST;
                view! { <div class="card json-tree mono" translate="no">{node(None, &value, 0, &mut left)}</div> }
                    .into_any()
            }
            Err(_) => view! {
                <p class="help">{w.payload_odd}</p>
                <pre class="card json-text" tabindex="0" translate="no">
                    {body.clone()}
                </pre>
            }
            .into_any(),
        },
    };
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/deliveries">{words::<LogWords>().title}</a>
                </p>
                <h1>{w.payload_title}</h1>
                <p class="why">{w.payload_why}</p>
            </div>
            {body
                .map(|body| {
                    view! {
                        <div class="actions">
                            <button class="button" type="button" data-copy="#event-body" data-done=w.copied hidden>
                                {w.copy}
                            </button>
                            <a class="button" href=format!("{event}/payload.json") download>
                                {w.download}
                            </a>
                            <a class="button" href=event.clone()>
                                {w.title}
                            </a>
                        </div>
                        <textarea id="event-body" hidden readonly translate="no">
                            {area_text(body)}
                        </textarea>
                    }
                })}
        </div>
        {tree}
    }
}

fn node(name: Option<&str>, value: &Node, depth: usize, left: &mut usize) -> AnyView {
    let w = words::<TraceWords>();
    if *left == 0 {
        return ().into_any();
    }
    *left -= 1;
    let name = name.map(|name| view! { <span class="json-name">{format!("{name}: ")}</span> });
    let (open, close, count, unit) = match value {
        Node::Array(items) => ("[", "]", items.len(), w.items),
        Node::Object(fields) => ("{", "}", fields.len(), w.fields),
        Node::Text(text) => {
            return view! { <div class="json-leaf">{name} <span class="json-text">{format!("\u{201c}{text}\u{201d}")}</span></div> }
                .into_any();
        }
        Node::Other(other) => {
            return view! { <div class="json-leaf">{name} <span class="json-other">{other.clone()}</span></div> }
                .into_any();
        }
    };
    if count == 0 {
        return view! { <div class="json-leaf">{name} <span class="soft">{format!("{open}{close}")}</span></div> }
            .into_any();
    }
    let children: Vec<AnyView> = match value {
        Node::Array(items) => items.iter().map(|item| node(None, item, depth + 1, left)).collect(),
        Node::Object(fields) => fields.iter().map(|(name, value)| node(Some(name), value, depth + 1, left)).collect(),
        Node::Text(_) | Node::Other(_) => Vec::new(),
    };
    view! {
        <details open=depth < OPEN>
            <summary>{name} <span class="soft">{format!("{open} {unit} {count} {close}")}</span></summary>
            <div class="json-children">{children}</div>
        </details>
    }
    .into_any()
}

/// A JSON value whose fields keep the order of the body.
enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Text(String),
    /// A number, `true`, `false` or `null`, in its original spelling.
    Other(String),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Other(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Other(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Other(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Other(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other("null".to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Node::Array(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(field) = fields.next_entry()? {
            nodes.push(field);
        }
        Ok(Node::Object(nodes))
    }
}
