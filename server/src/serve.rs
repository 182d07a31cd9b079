//! `hookgram serve`: the accept loop and the shutdown.

mod answers;
mod conversion;
mod people;
pub(crate) mod retention;

use std::{
    fs::{File, TryLockError},
    io,
    net::SocketAddr,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};
use axum::{body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower::Service as _;

use crate::{
    booking,
    config::Config,
    health,
    http::{client::Peer, connections::Connections, request_limits::LONGEST_HEAD},
    router::router,
    secrets::{codes, private, seal},
    serve::retention::Retention,
    state::AppState,
    store::{self, LinkKind, NewLink, Store, audit::COMMAND_LINE},
    time::now,
    webhook,
};

/// How long a shutdown waits for open requests.
const LAST_WAIT: Duration = Duration::from_secs(8);
/// Time limit of the whole shutdown: requests, deliveries, the store. Service managers may kill the process after 10 s.
const END: Duration = Duration::from_secs(9);
const _: () = assert!(LAST_WAIT.as_secs() < END.as_secs() && END.as_secs() < 10, "contract §6: at most 10 s");
/// The pause before a worker that ended unexpectedly is restarted.
const RESTART_PAUSE: Duration = Duration::from_secs(1);
/// The file in the data folder that a running server keeps locked.
pub(crate) const LOCK_FILE: &str = "serve.lock";
/// How long a set-up link works, in milliseconds.
const SETUP_TIME: i64 = 24 * 60 * 60 * 1000;

/// A server that listens but has not accepted a connection yet.
pub struct Server {
    /// The state.
    pub state: AppState,
    /// The address that it listens on.
    pub address: SocketAddr,
    listener: TcpListener,
    stop: watch::Sender<bool>,
    lock: File,
}

impl Server {
    /// Binds the address, locks the data folder and opens the store.
    ///
    /// # Errors
    /// One sentence that names the problem.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let listener = bind(config.listen).await?;
        let address = listener.local_addr().context("the listening address cannot be read")?;
        let lock = lock(&config.data_dir)?;
        let store = Store::open(config.location()).await?;
        seal::announce(&lock, store.secrets.sealer())?;
        health::tell(&store).await?;
        let (stop, shutdown) = watch::channel(false);
        let state = AppState::new(config, store, address, shutdown).await?;
        state.store.settings.remember_public_url(&state.public_url).await?;
        Ok(Self { state, address, listener, stop, lock })
    }

    /// A link that creates the first admin; `None` if there is an account.
    pub async fn setup_link(&self) -> anyhow::Result<Option<String>> {
        if self.state.store.accounts.count_users().await? > 0 {
            return Ok(None);
        }
        let code = codes::secret();
        let link = NewLink {
            code_hash: &codes::hash(&code),
            kind: LinkKind::Setup,
            user_id: None,
            expires_at: now().saturating_add(SETUP_TIME),
        };
        self.state.store.accounts.add_link(link, &COMMAND_LINE).await?;
        Ok(Some(format!("{}/setup/{code}", self.state.public_url)))
    }

    /// Serves and delivers until `end` completes, then finishes running work, in less than 10 s.
    pub async fn run_until(self, end: impl Future<Output = ()>) {
        let Self { state, listener, stop, lock, .. } = self;
        let mut tasks = JoinSet::new();
        let (worker, shutdown) = (state.worker.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "the delivery worker",
            move || worker.clone().run(shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (store, settings, shutdown) = (state.store.clone(), state.settings.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "the deletion of old events",
            move || Retention::new(store.clone(), settings.clone()).run(shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (mail, shutdown) = (state.mail.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "the sending of error mails",
            move || mail.clone().run(shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (replays, shutdown) = (state.replays.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "what replays all that match",
            move || replays.clone().run(shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (watched, shutdown) = (state.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "what watches how all stands",
            move || health::watch(watched.clone(), shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (served, shutdown) = (state.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "the booking bots",
            move || booking::run(served.clone(), shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        let (followed, shutdown) = (state.clone(), state.shutdown.clone());
        tasks.spawn(keep_running(
            "what fills in the people of events",
            move || people::run(followed.clone(), shutdown.clone()),
            state.shutdown.clone(),
            RESTART_PAUSE,
        ));
        tasks.spawn(answers::run(state.clone(), state.shutdown.clone()));
        tasks.spawn(conversion::run(state.store.clone(), state.shutdown.clone()));
        let graceful = GracefulShutdown::new();
        tokio::select! {
            () = accept(listener, &state, &graceful) => {}
            () = end => {}
        }
        tracing::info!("stopping");
        stop.send_replace(true);
        let finish = async {
            let open = timeout(LAST_WAIT, graceful.shutdown());
            let (open, _) = tokio::join!(open, async { while tasks.join_next().await.is_some() {} });
            if open.is_err() {
                tracing::warn!("stopping with requests still open");
            }
            state.store.close().await;
        };
        if timeout(END, finish).await.is_err() {
            tracing::warn!("stopping before all tasks ended; no accepted event is lost");
        }
        drop(lock);
    }
}

/// Runs a task until `shutdown` becomes true, and restarts it if it ends before.
async fn keep_running<F>(
    what: &'static str,
    mut task: impl FnMut() -> F,
    mut shutdown: watch::Receiver<bool>,
    pause: Duration,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let mut running = JoinSet::new();
        running.spawn(task());
        let ended = running.join_next().await;
        if *shutdown.borrow() {
            return;
        }
        match ended {
            Some(Err(error)) => tracing::error!(%error, "{what} panicked and will be restarted"),
            _ => tracing::error!("{what} ended and will be restarted"),
        }
        tokio::select! {
            () = sleep(pause) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Locks the data folder until the file is closed, because two servers would send every message twice. The system
/// releases the lock however the process ends.
fn lock(folder: &Path) -> anyhow::Result<File> {
    store::make_folder(folder)?;
    let path = folder.join(LOCK_FILE);
    let file = private::create_or_restrict(&path).and_then(|()| File::options().write(true).open(&path));
    let file = file.with_context(|| format!("the file {} cannot be used", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another server already works with the data folder {}: stop it, or choose another folder with --data-dir",
            folder.display()
        ),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("the file {} cannot be locked", path.display()))
        }
    }
}

async fn accept(listener: TcpListener, state: &AppState, graceful: &GracefulShutdown) {
    let (router, connections) = (router(state.clone()), Connections::new(state.config.connections));
    let patience = state.config.patience;
    loop {
        let Some(room) = connections.room().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most likely the process has no file descriptors left. Some will be free again soon.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Some(open) = connections.open(room, peer.ip(), &state.config.trusted_proxies) else {
            tracing::debug!(address = %peer.ip(), "too many connections from one address");
            turn_away(&stream);
            continue;
        };
        // This disables Nagle's algorithm, so that small responses do not wait for more data.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(patience.write));
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            // This happens before the router, whose matched route is logged and limited.
            if let Some(tidy) = webhook::tidy(request.uri()) {
                *request.uri_mut() = tidy;
            }
            router.clone().call(request.map(Body::new))
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(open);
        });
    }
}

/// Answers a client with too many connections as far as the socket's buffer has room, so that the server does not wait
/// for it.
fn turn_away(stream: &TcpStream) {
    let sentence = "too many connections from this address\n";
    let head = "HTTP/1.1 429 Too Many Requests\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5";
    let answer = format!("{head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{sentence}", sentence.len());
    let _ = stream.try_write(answer.as_bytes());
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
            "{address} is in use by another program: stop it, or choose another address with --listen 127.0.0.1:3001"
        ),
        Err(error) => bail!("{address} cannot be listened on ({error}): choose another address with --listen"),
    }
}

/// Completes on SIGTERM or SIGINT. Signals are handled from this call on, because a process that sees that the server
/// listens may end it at once.
///
/// # Errors
/// The signal handlers could not be installed.
#[cfg(unix)]
pub fn end() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// Completes on Ctrl-C.
///
/// # Errors
/// The signal handlers could not be installed.
#[cfg(not(unix))]
pub fn end() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_client_with_too_many_connections_gets_429() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        stream.writable().await.unwrap();
        turn_away(&stream);
        drop(stream);
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 429 ") && answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{answer}");
    }

    #[tokio::test]
    async fn a_task_that_panics_is_restarted() {
        let (stop, shutdown) = watch::channel(false);
        let starts = Arc::new(AtomicUsize::new(0));
        let count = starts.clone();
        let task = move || {
            let (start, stop) = (count.fetch_add(1, Ordering::Relaxed), stop.clone());
            async move {
                assert!(start > 0, "the first one panics");
                stop.send_replace(true);
            }
        };
        keep_running("the task", task, shutdown, Duration::ZERO).await;
        assert_eq!(starts.load(Ordering::Relaxed), 2);
    }
}
