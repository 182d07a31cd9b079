//! Servers in separate processes. They are killed when the measurement ends.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::load::Connection;

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The time from its start to its first answer.
    pub started_in: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub fn reference(folder: Option<&Path>) -> Result<Self> {
        let clock = Instant::now();
        let mut command = Command::new(env::current_exe()?);
        command.arg("serve-reference").args(folder).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self {
            child,
            address: line.trim().parse().context("the reference did not start")?,
            started_in: clock.elapsed(),
        })
    }

    /// Starts `hookgram serve` with this data folder and Bot API. Fails if it does not answer within a minute.
    pub async fn hookgram(program: &Path, folder: &Path, telegram: SocketAddr) -> Result<Self> {
        Self::hookgram_with(program, folder, telegram, |_| ()).await
    }

    /// Like [`Server::hookgram`], but `adjust` changes the command before it starts.
    pub async fn hookgram_with(
        program: &Path,
        folder: &Path,
        telegram: SocketAddr,
        adjust: impl FnOnce(&mut Command),
    ) -> Result<Self> {
        let address = free_address()?;
        let clock = Instant::now();
        let mut command = hookgram(program, folder, telegram);
        command.args(["serve", "--listen", &address.to_string()]).env("HOOKGRAM_LOG", "warn").stdout(Stdio::null());
        adjust(&mut command);
        let mut server = Self { child: command.spawn()?, address, started_in: Duration::ZERO };
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\n\r\n");
        while clock.elapsed() < Duration::from_secs(60) {
            if let Some(status) = server.child.try_wait()? {
                bail!("hookgram ended with {status}");
            }
            if let Ok(mut connection) = Connection::open(address).await
                && connection.ask(request.as_bytes()).await.is_ok_and(|status| status == 200)
            {
                server.started_in = clock.elapsed();
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        bail!("hookgram did not answer within a minute")
    }

    /// The CPU time that the process has used.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name in parentheses, utime and stime are the 12th and 13th values, in hundredths of a second.
        let (_, values) = stat.rsplit_once(')').context("no stat")?;
        let ticks = |at: usize| values.split_ascii_whitespace().nth(at).and_then(|ticks| ticks.parse::<u64>().ok());
        let ticks = ticks(11).zip(ticks(12)).map(|(user, system)| user + system).context("no times")?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// The process's memory in bytes: current and peak.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
        };
        Ok((bytes("VmRSS:").context("no VmRSS")?, bytes("VmHWM:").context("no VmHWM")?))
    }
}

pub fn hookgram(program: &Path, folder: &Path, telegram: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command.arg("--data-dir").arg(folder).arg("--telegram-api").arg(format!("http://{telegram}"));
    command
}

fn free_address() -> Result<SocketAddr> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
