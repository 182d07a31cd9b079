//! A simulated SMTP server on loopback, with and without TLS.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use data_encoding::BASE64;
use hookgram::setting::Setting;
use server::config::Config;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, split},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::letter::Mail;

/// The password of the simulated server's only user.
pub const PASSWORD: &str = "s3cret-Passw0rd";

/// The behaviour of the simulated server in one connection.
#[derive(Clone, Copy, Debug)]
pub enum Turn {
    /// Accepts the mail.
    Take,
    /// Answers a command (`AUTH`, `MAIL`, `RCPT`, `DATA`, or `.` for the mail's end) with this line.
    Answer(&'static str, &'static str),
    /// Closes the connection at this command.
    HangUp(&'static str),
    /// Never answers this command.
    Hold(&'static str),
}

/// The encryption of the simulated server.
#[derive(Clone)]
pub enum Secrecy {
    /// Plain text.
    None,
    /// TLS from the first byte.
    Wrapped(TlsAcceptor),
    /// TLS after STARTTLS, which the server offers.
    Offered(TlsAcceptor),
}

pub struct SmtpServer {
    pub address: SocketAddr,
    script: Arc<Mutex<VecDeque<Turn>>>,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Heard {
    connections: usize,
    verbs: Vec<String>,
    mails: Vec<Mail>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    pub async fn start() -> Self {
        Self::start_with(Secrecy::None).await
    }

    pub async fn start_with(secrecy: Secrecy) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (script, heard) = (Arc::<Mutex<VecDeque<Turn>>>::default(), Arc::<Mutex<Heard>>::default());
        let (turns, notes) = (script.clone(), heard.clone());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let turn = turns.lock().unwrap().pop_front().unwrap_or(Turn::Take);
                notes.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, secrecy.clone(), turn, notes.clone()));
            }
        });
        Self { address, script, heard, task }
    }

    /// Fixes the settings to use this server.
    pub fn fix(&self, config: &mut Config) {
        fix(config, self.address);
    }

    /// Sets the behaviour in the next connections; afterwards mails are accepted.
    pub fn next(&self, turns: impl IntoIterator<Item = Turn>) {
        self.script.lock().unwrap().extend(turns);
    }

    pub fn connections(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).connections
    }

    /// Returns every command that was received, with or without TLS.
    pub fn verbs(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).verbs.clone()
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).mails.clone()
    }
}

/// Fixes the settings to use a server at this address, with the simulated server's only user.
pub fn fix(config: &mut Config, address: SocketAddr) {
    let url = format!("smtp://ops:{PASSWORD}@{address}");
    config.fixed.fix(Setting::SmtpUrl, &url).unwrap();
    config.fixed.fix(Setting::MailFrom, "Hookgram <hooks@example.com>").unwrap();
}

async fn serve(stream: TcpStream, secrecy: Secrecy, turn: Turn, heard: Arc<Mutex<Heard>>) {
    match secrecy {
        Secrecy::None => drop(talk(stream, turn, &heard, How { greets: true, secret: false, offers: false }).await),
        Secrecy::Wrapped(acceptor) => {
            // A client that does not trust the certificate has disconnected.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            talk(stream, turn, &heard, How { greets: true, secret: true, offers: false }).await;
        }
        Secrecy::Offered(acceptor) => {
            let open = talk(stream, turn, &heard, How { greets: true, secret: false, offers: true }).await;
            let Some(stream) = open else { return };
            let Ok(stream) = acceptor.accept(stream).await else { return };
            talk(stream, turn, &heard, How { greets: false, secret: true, offers: false }).await;
        }
    }
}

#[derive(Clone, Copy)]
struct How {
    greets: bool,
    secret: bool,
    offers: bool,
}

/// Serves the connection until the client disconnects. Returns the stream if it continues with TLS.
async fn talk<S>(stream: S, turn: Turn, heard: &Mutex<Heard>, how: How) -> Option<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (read, mut write) = split(stream);
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    if how.greets {
        say(&mut write, "220 played ready").await;
    }
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        heard.lock().unwrap().verbs.push(verb.clone());
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
            Turn::HangUp(at) if at == step => return None,
            Turn::Hold(at) if at == step => std::future::pending().await,
            _ => {}
        }
        if step == "DATA" || answered(turn, step, &mut write, &line).await {
            continue;
        }
        match step {
            "EHLO" => {
                let offer = if how.offers { "250-STARTTLS\r\n" } else { "" };
                say(&mut write, &format!("250-played\r\n{offer}250-8BITMIME\r\n250 AUTH PLAIN LOGIN")).await;
            }
            "STARTTLS" if how.offers => {
                say(&mut write, "220 go on in secret").await;
                return Some(lines.into_inner().into_inner().unsplit(write));
            }
            "AUTH" => {
                let known = line.ends_with(&BASE64.encode(format!("\0ops\0{PASSWORD}").as_bytes()));
                say(&mut write, if known { "235 welcome" } else { "535 who are you" }).await;
            }
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                say(&mut write, "250 yes").await;
            }
            "." => {
                heard.lock().unwrap().mails.push(Mail { to: to.clone(), secret: how.secret, raw });
                say(&mut write, "250 taken").await;
            }
            "QUIT" => {
                say(&mut write, "221 bye").await;
                return None;
            }
            _ => say(&mut write, "250 yes").await,
        }
    }
    None
}

/// Answers as the script says, if this is its step. `{}` in the answer is the line that was read.
async fn answered(turn: Turn, step: &str, write: &mut (impl AsyncWrite + Unpin), line: &str) -> bool {
    match turn {
        Turn::Answer(at, answer) if at == step => {
            say(write, &answer.replace("{}", line)).await;
            true
        }
        _ => false,
    }
}

async fn say(write: &mut (impl AsyncWrite + Unpin), line: &str) {
    // The client may have disconnected.
    let _ = write.write_all(format!("{line}\r\n").as_bytes()).await;
    let _ = write.flush().await;
}
