//! A played SMTP server on loopback, line by line, in the open or in secret.

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

/// How the played server is talked to.
#[derive(Clone)]
pub enum Secrecy {
    /// In the open.
    None,
    /// In secret from the first byte.
    Wrapped(TlsAcceptor),
    /// In secret after STARTTLS, which it offers.
    Offered(TlsAcceptor),
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

    /// Fixes the settings that lead to it.
    pub fn fix(&self, config: &mut Config) {
        fix(config, self.address);
    }

    /// What it does in the next connections; afterwards it takes mails.
    pub fn next(&self, turns: impl IntoIterator<Item = Turn>) {
        self.script.lock().unwrap().extend(turns);
    }

    pub fn connections(&self) -> usize {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).connections
    }

    /// Every command that came, in the open or in secret.
    pub fn verbs(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).verbs.clone()
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).mails.clone()
    }
}

/// Fixes the settings that lead to a server there, with the one user that the played one knows.
pub fn fix(config: &mut Config, address: SocketAddr) {
    let url = format!("smtp://ops:{PASSWORD}@{address}");
    config.fixed.fix(Setting::SmtpUrl, &url).unwrap();
    config.fixed.fix(Setting::MailFrom, "Hookgram <hooks@example.com>").unwrap();
}

async fn serve(stream: TcpStream, secrecy: Secrecy, turn: Turn, heard: Arc<Mutex<Heard>>) {
    match secrecy {
        Secrecy::None => drop(talk(stream, turn, &heard, How { greets: true, secret: false, offers: false }).await),
        Secrecy::Wrapped(acceptor) => {
            // Whoever does not trust it has gone.
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

/// Talks until the other side has gone; what is left of the stream, where it goes on in secret.
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

/// Gives the answer of the script, if this is its step. `{}` in it is the line that was read.
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
    // The other side may have gone.
    let _ = write.write_all(format!("{line}\r\n").as_bytes()).await;
    let _ = write.flush().await;
}
