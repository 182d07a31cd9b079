//! A person at a browser without scripts.

use hookgram::{query, role::Role};
use reqwest::{RequestBuilder, Response};

use crate::{
    pages::cookie,
    support::{TestServer, from_anywhere},
};

/// A person who is signed in.
pub struct Person<'a> {
    pub server: &'a TestServer,
    pub cookie: String,
    anywhere: bool,
}

impl<'a> Person<'a> {
    pub async fn new(server: &'a TestServer, role: Role) -> Self {
        Self { server, cookie: cookie(server, role).await, anywhere: false }
    }

    /// Returns the person as a client that sends each request from another address.
    pub fn anywhere(self) -> Self {
        Self { anywhere: true, ..self }
    }

    /// Returns the person with this cookie in the browser as well.
    pub fn having(self, cookie: &str) -> Self {
        Self { cookie: format!("{}; {cookie}", self.cookie), ..self }
    }

    fn sent(&self, request: RequestBuilder) -> RequestBuilder {
        if self.anywhere { from_anywhere(request) } else { request }
    }

    pub async fn get(&self, path: &str) -> Response {
        let request = self.server.http.get(self.server.url(path)).header("cookie", &self.cookie);
        self.sent(request).header("accept", "text/html").header("accept-language", "en").send().await.unwrap()
    }

    pub async fn see(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.server.http.post(self.server.url(path)).header("cookie", &self.cookie);
        let request = request.header("origin", &self.server.base).header("accept", "text/html");
        let fields = fields.iter().map(|(name, value)| format!("{name}={}", query::encode(value)));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.sent(request)
            .header("accept-language", "en")
            .body(fields.collect::<Vec<_>>().join("&"))
            .send()
            .await
            .unwrap()
    }

    /// Follows the redirect of a form and returns the page.
    pub async fn follow(&self, response: Response) -> String {
        assert_eq!(response.status(), 303);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let (to, notice) = (header("location"), header("set-cookie"));
        let both = format!("{}; {}", self.cookie, notice.split(';').next().unwrap());
        let request = self.server.http.get(self.server.url(&to)).header("cookie", both);
        let page = request.header("accept-language", "en").send().await.unwrap();
        assert_eq!(page.status(), 200, "{to}");
        let used_up =
            page.headers().get_all("set-cookie").iter().any(|cookie| cookie.to_str().unwrap().contains("Max-Age=0"));
        assert!(used_up, "it is said once");
        page.text().await.unwrap()
    }
}

pub fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let start = page.find(from).unwrap_or_else(|| panic!("{from} in {page}")) + from.len();
    page[start..].split(to).next().unwrap()
}
