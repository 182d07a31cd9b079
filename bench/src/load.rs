//! The load: HTTP/1.1 over persistent connections. It is written and parsed by hand, so that the server gets both
//! cores.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::event::Event;

const DIGITS: usize = 10;
/// The next chat id. The ids keep ten digits.
static CHATS: AtomicU64 = AtomicU64::new(1_000_000_000);

/// A request in which only the chat id changes.
#[derive(Clone)]
pub struct Request {
    bytes: Vec<u8>,
    chat_at: usize,
}

impl Request {
    pub fn post(address: SocketAddr, path: &str, event: &Event) -> Result<Self> {
        Self::post_with(address, path, event, "")
    }

    /// A POST of the minified event with additional header lines, each terminated by CRLF.
    pub fn post_with(address: SocketAddr, path: &str, event: &Event, headers: &str) -> Result<Self> {
        let length = event.minified.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: \
             {length}\r\n{headers}\r\n"
        );
        Ok(Self {
            chat_at: head.len() + event.chat_at()?,
            bytes: [head.as_bytes(), event.minified.as_bytes()].concat(),
        })
    }

    /// Sets a chat id that was not used before, and returns it.
    pub fn next_chat(&mut self) -> u64 {
        let chat = CHATS.fetch_add(1, Ordering::Relaxed);
        self.bytes[self.chat_at..self.chat_at + DIGITS].copy_from_slice(chat.to_string().as_bytes());
        chat
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(4096) })
    }

    /// Sends a request and returns the status of the answer. Fails if the answer is not HTTP with a `Content-Length`.
    pub async fn ask(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                bail!("the connection ended before the answer");
            }
            let Some(head) = self.answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&self.answer[..head]).context("the head is no text")?.to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("the answer has no length")?.trim().parse()?;
            if self.answer.len() >= head + 4 + length {
                return text.get(9..12).context("the answer has no status")?.parse().context("the status is no number");
            }
        }
    }

    /// Posts to a new chat. An answer other than 200 is an error.
    pub async fn post(&mut self, request: &Request) -> Result<()> {
        match self.ask(&request.bytes).await? {
            200 => Ok(()),
            status => bail!("answered {status}: {}", String::from_utf8_lossy(&self.answer)),
        }
    }
}

/// The throughput of a load.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub per_second: f64,
}

/// Posts over `connections` concurrent connections as fast as the server answers. The load is spread over the
/// endpoints, because a single endpoint is limited to 500 requests per second. An answer other than 200 is an error.
pub async fn flood(address: SocketAddr, endpoints: &[Request], connections: usize, span: Duration) -> Result<Rate> {
    let count = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for endpoint in endpoints.iter().cycle().take(connections) {
        let (mut request, count) = (endpoint.clone(), count.clone());
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            while start.elapsed() < span {
                request.next_chat();
                connection.post(&request).await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), anyhow::Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let per_second = count.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    Ok(Rate { per_second })
}
