//! The part that `dev` and `serve` share: lock, bind, build, answer, stop.

use std::path::PathBuf;
use std::pin::Pin;

use keyward::serve::tls::Tls;
use keyward::serve::{Listening, stop_signal};
use keyward::{Builder, Keyward};
use tokio_util::sync::CancellationToken;

use super::console::Console;
use super::data::DataDir;
use super::frontends;
use super::metrics::Door;
use super::stopwatch::Stopwatch;
use super::{logging, open, warnings};
use crate::args::Globals;
use crate::config::{self, Config};
use crate::failure::{Exit, Failure, Outcome};

/// Runs `work` on as many threads as there are cores. In a box, so that what waits for it
/// is compiled once, and not again for every command.
pub(crate) fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let work: Pin<Box<dyn Future<Output = Outcome<T>> + '_>> = Box::pin(work);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("could not start the threads: {error}"))
    })?;
    runtime.block_on(work)
}

/// A server that is built and bound, but answers nobody yet.
pub(super) struct Server<'a> {
    pub(super) auth: Keyward,
    pub(super) console: Console,
    config: &'a Config,
    data: DataDir,
    listening: Listening,
    metrics: Option<Door>,
    frontends: Option<frontends::Door>,
    tls: Option<Tls>,
    watch: Stopwatch,
}

impl<'a> Server<'a> {
    /// Locks the data folder, binds, and opens the database. The port is bound
    /// first, so that the public URL is the listener's when none was given.
    pub(super) async fn start(
        mode: &str,
        config: &'a Config,
        default_data: &str,
        finish: impl FnOnce(Builder, PathBuf) -> Outcome<Builder>,
    ) -> Outcome<Self> {
        let watch = Stopwatch::start();
        logging::start(&config.log, config::no_color());
        let console = Console::new(config.log.json);
        let named = config.root.data_dir.clone();
        let mut data = DataDir::lock(&named.unwrap_or_else(|| default_data.into()))?;
        console.title(mode);
        let tls = match &config.server.tls {
            Some(files) => Some(Tls::from_files(&files.cert, &files.key)?),
            None => None,
        };
        let listening = bind(&config.server.listen, "--listen").await?;
        let metrics = Door::bind(&config.metrics).await?;
        let frontends = frontends::Door::bind(config.authnzerver.as_ref()).await?;
        let url = match &config.root.public_url {
            Some(url) => url.clone(),
            None => own_url(listening.address()?.port(), tls.is_some()),
        };
        let was = Files::look(config, &data);
        let mut builder = open::builder(config, data.path())?.public_url(&url);
        builder = builder.maintenance(config.server.maintenance);
        if let Some((path, most)) = &config.log.decisions {
            builder = builder.decision_log(path, *most);
        }
        let auth = finish(builder, open::outbox(data.path()))?.build().await?;
        data.announce(auth.public_url())?;
        was.tell(&auth, config, &data, console);
        Ok(Self { auth, console, config, data, listening, metrics, frontends, tls, watch })
    }

    /// Tells where everything is.
    pub(super) fn tell_places(&self) {
        let (console, url) = (self.console, self.auth.public_url());
        console.say("");
        console.place("Sign-in", &format!("{url}/login"), "");
        console.place("Admin", &format!("{url}/admin"), "");
        console.place("API", &format!("{url}/api/v1"), "described at /openapi.json");
        console.place("Ops", &format!("{url}/healthz"), "and /readyz");
        if let Some(address) = self.metrics.as_ref().and_then(|door| door.address().ok()) {
            console.place("Metrics", &address, "");
        }
        if let Some(address) = self.frontends.as_ref().and_then(|door| door.address().ok()) {
            console.place("Frontends", &format!("http://{address}"), "of authnzerver");
        }
    }

    /// Answers authnzerver's frontends, and nobody else, until the process is asked to
    /// stop.
    pub(super) async fn run_frontends(self, globals: &Globals) -> Outcome {
        let stop = stop_signal();
        reload_on_hangup(&self.auth, globals);
        self.console.ready(self.listening.address()?, self.watch.elapsed().as_millis());
        if let Some(config) = &self.config.authnzerver {
            let door = frontends::Door::new(self.listening, config);
            door.run(self.auth.clone(), self.tls, token_of(stop)).await;
        }
        self.auth.shutdown().await;
        Ok(())
    }

    /// Tells what is worth mending.
    pub(super) fn tell_warnings(&self) {
        let outbox = open::outbox(self.data.path());
        let found = warnings::of(self.config, &outbox.display().to_string());
        if !found.is_empty() {
            self.console.say("");
        }
        found.iter().for_each(|warning| self.console.warn(warning));
    }

    /// Answers until the process is asked to stop, then finishes what was begun.
    pub(super) async fn run(self, globals: &Globals) -> Outcome {
        // Whoever reads that it is ready may stop it at once.
        let stop = stop_signal();
        reload_on_hangup(&self.auth, globals);
        self.console.ready(self.listening.address()?, self.watch.elapsed().as_millis());
        let end = CancellationToken::new();
        let metrics = self.metrics.map(|door| {
            let work = door.run(self.auth.clone(), end.clone());
            tokio::spawn(work)
        });
        let frontends = self.frontends.map(|door| {
            let work = door.run(self.auth.clone(), self.tls.clone(), end.clone());
            tokio::spawn(work)
        });
        let stop = token_of(stop);
        match self.tls {
            Some(tls) => self.listening.run_tls(self.auth.clone(), tls, stop).await,
            None => self.listening.run(self.auth.clone(), stop).await,
        }
        end.cancel();
        for task in [metrics, frontends].into_iter().flatten() {
            task.await.ok();
        }
        self.auth.shutdown().await;
        Ok(())
    }
}

/// Reads the policy file again whenever the process is told to, and whether the doors are
/// closed.
#[cfg(unix)]
fn reload_on_hangup(auth: &Keyward, globals: &Globals) {
    use tokio::signal::unix::{SignalKind, signal};
    let (auth, globals) = (auth.clone(), globals.clone());
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // What is wrong with it is logged there.
            auth.reload_policy_file().await.ok();
            match config::maintenance(&globals) {
                Ok(on) => auth.set_maintenance(on),
                Err(failure) => {
                    let why = failure.text();
                    tracing::error!(why, "could not read the configuration again");
                }
            }
        }
    });
}

#[cfg(not(unix))]
fn reload_on_hangup(_: &Keyward, _: &Globals) {}

/// Cancelled when the process is asked to stop.
fn token_of(asked: impl Future<Output = ()> + Send + 'static) -> CancellationToken {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        asked.await;
        stopped.cancel();
    });
    stop
}

/// Binds an address; whoever finds it taken is told which, and where another is chosen.
pub(super) async fn bind(address: &str, setting: &str) -> Outcome<Listening> {
    Listening::bind(address).await.map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
        let cause = cause.unwrap_or_default();
        let text = format!("could not listen at {address}{cause}; choose another with {setting}");
        Failure::new(Exit::Unreachable, text)
    })
}

fn own_url(port: u16, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://localhost:{port}")
}

/// What was there before the database was opened.
struct Files {
    database: bool,
    key: bool,
}

impl Files {
    fn look(config: &Config, data: &DataDir) -> Self {
        let database = open::sqlite_file(config, data.path()).is_none_or(|file| file.exists());
        Self { database, key: open::key_file(config, data.path()).exists() }
    }

    fn tell(&self, auth: &Keyward, config: &Config, data: &DataDir, console: Console) {
        let verb = |was_there| if was_there { "opened" } else { "created" };
        let store = auth.store_name();
        match open::sqlite_file(config, data.path()) {
            Some(file) => console.file(verb(self.database), &file.display().to_string(), store),
            None => console.file("opened", "the database", store),
        }
        let key = open::key_file(config, data.path());
        match (&config.root.root_key, key.exists()) {
            (None, true) => {
                let about = "root key; without it the database is worthless: keep a copy elsewhere";
                console.file(verb(self.key), &key.display().to_string(), about);
            }
            _ => console.file("using", "the root key that was given", ""),
        }
    }
}
