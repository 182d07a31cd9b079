//! A played SMTP server on loopback, line by line, and mails as a reader sees them.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::Mailbox;
use secrecy::SecretString;
use server::config::{SmtpSettings, SmtpTls};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream, tcp::WriteHalf},
    task::JoinHandle,
};

/// The password of the played server's only user.
pub const PASSWORD: &str = "s3cret-Passw0rd";

/// What the played server does in a connection.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// Takes the mail.
    Take,
    /// Answers a command (`AUTH`, `MAIL`, `RCPT`, `DATA`, or `.` for the mail's end) with this line.
    Answer(&'static str, &'static str),
    /// Ends the connection at this command.
    HangUp(&'static str),
    /// Never answers this command.
    Hold(&'static str),
}

/// A mail that the played server has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    /// As it was sent, its dots undone.
    pub raw: String,
}

/// The played server.
pub struct SmtpServer {
    pub address: SocketAddr,
    script: Arc<Mutex<VecDeque<Turn>>>,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    connections: usize,
    mails: Vec<Mail>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (script, heard) = (Arc::<Mutex<VecDeque<Turn>>>::default(), Arc::<Mutex<Heard>>::default());
        let (turns, notes) = (script.clone(), heard.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let turn = turns.lock().unwrap().pop_front().unwrap_or(Turn::Take);
                notes.lock().unwrap().connections += 1;
                tokio::spawn(talk(stream, turn, notes.clone()));
            }
        });
        Self { address, script, heard, task }
    }

    /// The settings that lead to it.
    pub fn settings(&self) -> SmtpSettings {
        settings(self.address)
    }

    /// What it does in the next connections; afterwards it takes mails.
    pub fn next(&self, turns: impl IntoIterator<Item = Turn>) {
        self.script.lock().unwrap().extend(turns);
    }

    pub fn connections(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).connections
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).mails.clone()
    }
}

/// The settings that lead to a server there, with the one user that the played one knows.
pub fn settings(address: SocketAddr) -> SmtpSettings {
    SmtpSettings {
        host: address.ip().to_string(),
        port: address.port(),
        tls: SmtpTls::None,
        credentials: Some(("ops".to_owned(), SecretString::from(PASSWORD))),
        from: "Hookgram <hooks@example.com>".parse::<Mailbox>().unwrap(),
    }
}

async fn talk(mut stream: TcpStream, turn: Turn, heard: Arc<Mutex<Heard>>) {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    say(&mut write, "220 played ready").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let mut raw = String::new();
        if verb == "DATA" && !answered(turn, "DATA", &mut write, &line).await {
            say(&mut write, "354 go on").await;
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                raw += line.strip_prefix('.').unwrap_or(&line);
                raw += "\n";
            }
        }
        let step = if raw.is_empty() { verb.as_str() } else { "." };
        match turn {
            Turn::HangUp(at) if at == step => return,
            Turn::Hold(at) if at == step => std::future::pending().await,
            _ => {}
        }
        if step == "DATA" || answered(turn, step, &mut write, &line).await {
            continue;
        }
        match step {
            "EHLO" => say(&mut write, "250-played\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await,
            "AUTH" => {
                let known = line.ends_with(&STANDARD.encode(format!("\0ops\0{PASSWORD}")));
                say(&mut write, if known { "235 welcome" } else { "535 who are you" }).await;
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say(&mut write, "250 yes").await;
            }
            "." => {
                heard.lock().unwrap().mails.push(Mail { to: to.clone(), raw });
                say(&mut write, "250 taken").await;
            }
            "QUIT" => {
                say(&mut write, "221 bye").await;
                return;
            }
            _ => say(&mut write, "250 yes").await,
        }
    }
}

/// Gives the answer of the script, if this is its step. `{}` in it is the line that was read.
async fn answered(turn: Turn, step: &str, write: &mut WriteHalf<'_>, line: &str) -> bool {
    match turn {
        Turn::Answer(at, answer) if at == step => {
            say(write, &answer.replace("{}", line)).await;
            true
        }
        _ => false,
    }
}

async fn say(write: &mut WriteHalf<'_>, line: &str) {
    // The other side may have gone.
    let _ = write.write_all(format!("{line}\r\n").as_bytes()).await;
}

impl Mail {
    /// The head's lines, unfolded.
    pub fn head(&self) -> Vec<String> {
        let head = self.raw.split("\n\n").next().unwrap_or_default();
        head.replace("\n ", " ").lines().map(str::to_owned).collect()
    }

    /// A header's value, its encoded words decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self.head();
        let line = head.iter().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default();
        let mut text = String::new();
        for word in line.split(' ') {
            match word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")) {
                Some(encoded) => text += &String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
                None => text += &format!(" {word} "),
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn subject(&self) -> String {
        self.header("Subject")
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The HTML.
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let (_, rest) = self.raw.split_once("boundary=\"").expect("several parts");
        let (boundary, body) = rest.split_once('"').unwrap();
        let part = body.split(&format!("--{boundary}")).find(|part| part.contains(kind)).expect(kind);
        let (head, body) = part.trim_start().split_once("\n\n").unwrap();
        if head.contains("base64") {
            let packed: String = body.split_whitespace().collect();
            return String::from_utf8(STANDARD.decode(packed).unwrap()).unwrap().replace("\r\n", "\n");
        }
        if head.contains("quoted-printable") { unquoted(body) } else { body.to_owned() }
    }
}

fn unquoted(text: &str) -> String {
    let text = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'=', [high, low, tail @ ..]) => {
                let hex = String::from_utf8(vec![*high, *low]).unwrap();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
                rest = tail;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
