//! A person with a browser that keeps cookies and runs no scripts.

use std::{cell::RefCell, collections::BTreeMap};

use hookgram::query;
use reqwest::{RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use server::{
    credentials::totp::Totp,
    secrets::codes,
    store::{LinkKind, NewInvitation, NewLink, audit::COMMAND_LINE},
    time::now,
};

use crate::{
    person::between,
    support::{TestServer, from_anywhere},
};

pub const PASSWORD: &str = "корова лампа окно 12";
pub const OTHER: &str = "двенадцать слов у моря";
pub const EMAIL: &str = "olga@example.com";

/// An answer: its status, the address of a redirect, and the page.
pub struct Answer {
    pub status: u16,
    pub to: String,
    pub text: String,
    pub retry_after: Option<u64>,
}

pub struct Visitor<'a> {
    server: &'a TestServer,
    jar: RefCell<BTreeMap<String, String>>,
    agent: &'static str,
    language: &'static str,
    anywhere: bool,
}

impl<'a> Visitor<'a> {
    pub fn new(server: &'a TestServer) -> Self {
        let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
        Self { server, jar: RefCell::default(), agent, language: "en", anywhere: false }
    }

    /// Returns the visitor as a client that sends each request from another address.
    pub fn anywhere(self) -> Self {
        Self { anywhere: true, ..self }
    }

    pub fn with_agent(self, agent: &'static str) -> Self {
        Self { agent, ..self }
    }

    /// Returns a person who has accepted an invitation.
    pub async fn invited(server: &'a TestServer, email: &str, role: hookgram::role::Role) -> Self {
        let visitor = Self::new(server);
        let code = invite(server, email, role).await;
        let accepted = visitor.post(&format!("/invite/{code}"), &[("password", PASSWORD)]).await;
        assert_eq!((accepted.status, accepted.to.as_str()), (303, "/"), "{}", accepted.text);
        visitor
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    pub fn forget(&self, name: &str) {
        self.jar.borrow_mut().remove(name);
    }

    pub fn put(&self, name: &str, value: &str) {
        self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let pairs: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("cookie", pairs.join("; ")).header("accept", "text/html");
        let request = request.header("user-agent", self.agent).header("accept-language", self.language);
        let request = if self.anywhere { from_anywhere(request) } else { request };
        let response: Response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.forget(name);
            } else {
                self.put(name, value);
            }
        }
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (to, wait) = (header("location").unwrap_or_default(), header("retry-after"));
        Answer {
            status: response.status().as_u16(),
            to,
            retry_after: wait.map(|seconds| seconds.parse().unwrap()),
            text: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.server.http.get(self.server.url(path))).await
    }

    pub async fn see(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path} leads to {}", answer.to);
        answer.text
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", query::encode(value)));
        let request = self.server.http.post(self.server.url(path)).header("origin", &self.server.base);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(fields.collect::<Vec<_>>().join("&"))).await
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/login", &[("email", email), ("password", password)]).await
    }

    pub async fn is_in(&self) -> bool {
        self.get("/account").await.status == 200
    }

    /// Turns the second factor on. Returns the secret and the recovery codes. The code used is that of the previous
    /// half minute, so that two later ones can be used in the same test.
    pub async fn turn_factor_on(&self) -> (Totp, Vec<String>) {
        let page = self.see("/account/second-factor").await;
        let secret = shown_secret(&page);
        let sealed = between(&page, "name=\"sealed\" value=\"", "\"").to_owned();
        let totp = Totp::from_base32(&secret.into()).unwrap();
        let turn_on = async || {
            let code = totp.code_at(now() - 30_000).unwrap();
            self.post("/account/second-factor", &[("sealed", &sealed), ("code", &code)]).await
        };
        let mut answer = turn_on().await;
        if answer.status != 200 {
            // A half minute may have ended between computing and checking the code.
            answer = turn_on().await;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        let codes = recovery_codes(&answer.text);
        assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 19), "{codes:?}");
        (totp, codes)
    }
}

/// Returns the secret on a page that shows it.
pub fn shown_secret(page: &str) -> String {
    let shown = between(page, "class=\"secret\"", "</code>").split_once('>').unwrap().1;
    shown.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Returns the recovery codes on a page that shows them.
pub fn recovery_codes(page: &str) -> Vec<String> {
    let list = page.split("<textarea").nth(1).unwrap().split_once('>').unwrap().1;
    list.split("</textarea>").next().unwrap().split_whitespace().map(str::to_owned).collect()
}

/// Creates an invitation and returns its code.
pub async fn invite(server: &TestServer, email: &str, role: hookgram::role::Role) -> String {
    let code = codes::secret();
    let invitation =
        NewInvitation { code_hash: &codes::hash(&code), email, role, made_by: "", expires_at: now() + 60_000 };
    server.state.store.accounts.add_invitation(invitation, &COMMAND_LINE).await.unwrap();
    code
}

/// Creates a reset link and returns its code.
pub async fn reset_link(server: &TestServer, email: &str, expires_in: i64) -> String {
    let user = server.state.store.accounts.user_by_email(email).await.unwrap().unwrap();
    let code = codes::secret();
    let link = NewLink {
        code_hash: &codes::hash(&code),
        kind: LinkKind::Reset,
        user_id: Some(user.account.id),
        expires_at: now() + expires_in,
    };
    server.state.store.accounts.add_link(link, &COMMAND_LINE).await.unwrap();
    code
}

/// Returns the secret as its owner enters it into an app.
pub fn secret_of(totp: &Totp) -> String {
    totp.base32().expose_secret().to_owned()
}
