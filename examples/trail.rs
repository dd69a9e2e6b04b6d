//! Prints what a trail holds, also beside the server that writes it.
//!
//! ```text
//! cargo run --example trail -- FOLDER [--json] [--root EVENT] [--limit NUMBER]
//! ```

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use events::{
    Event, EventId, Query, Search, Seq, Style, Trail, Viewer,
    sqlite::{SqliteReader, SqliteStore},
};

/// Prints what a trail holds, also beside the server that writes it.
#[derive(Parser)]
struct Arguments {
    /// The data folder of the API server, or a folder of events itself.
    folder: PathBuf,
    /// Every event as one line of JSON, in the order in which they were stored.
    #[arg(long, conflicts_with_all = ["root", "limit"])]
    json: bool,
    /// Only the tree of this event.
    #[arg(long, value_name = "EVENT")]
    root: Option<EventId>,
    /// Only this many trees, the newest.
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match print(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn print(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open_read_only(events_folder(&arguments.folder)?)?;
    let printed = if arguments.json {
        print_documents(&store)
    } else {
        let events = match (arguments.root, arguments.limit) {
            (Some(root), _) => search(&store, Query::new(Viewer::admin()).root(root.opening())).await?,
            (None, Some(limit)) => newest(&store, limit).await?,
            (None, None) => search(&store, Query::new(Viewer::admin())).await?,
        };
        print_tree(events)
    };
    match printed {
        // Whoever reads this has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => Ok(printed?),
    }
}

/// `FOLDER/events`, as the API server lays it out, or the folder itself.
fn events_folder(folder: &Path) -> Result<PathBuf, String> {
    let below = folder.join("events");
    match (below.is_dir(), folder.is_dir()) {
        (true, _) => Ok(below),
        (false, true) => Ok(folder.to_owned()),
        (false, false) => Err(format!("there is no folder {}", folder.display())),
    }
}

/// The stored bytes, untouched.
fn print_documents(store: &SqliteReader) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut from = Seq(1);
    loop {
        let read = store.read(from, 1_000, 8 << 20).map_err(io::Error::other)?;
        let Some(last) = read.last() else { return out.flush() };
        from = last.seq.next();
        for event in &read {
            out.write_all(&event.document)?;
            out.write_all(b"\n")?;
        }
    }
}

fn print_tree(events: Vec<Event>) -> io::Result<()> {
    let coloured = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let mut text = String::new();
    let style = if coloured { Style::Coloured } else { Style::Plain };
    Trail::of(events).render(&mut text, style).map_err(io::Error::other)?;
    io::stdout().lock().write_all(text.as_bytes())
}

/// All pages of a query.
async fn search(store: &SqliteReader, mut query: Query) -> Result<Vec<Event>, Box<dyn Error>> {
    query.limit = 1_000;
    let mut events = Vec::new();
    loop {
        let page = store.search(&query).await?;
        for found in &page.events {
            events.push(found.event()?);
        }
        match page.next {
            Some(cursor) => query = query.after(cursor),
            None => return Ok(events),
        }
    }
}

/// The trees of the newest roots, whole.
async fn newest(store: &SqliteReader, trees: usize) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut roots: BTreeSet<EventId> = BTreeSet::new();
    let mut events = Vec::new();
    let mut query = Query::new(Viewer::admin());
    while roots.len() < trees {
        let page = store.search(&query).await?;
        for found in &page.events {
            let event = found.event()?;
            // A direct event outside of an operation has no root: it is a tree of its own.
            let root = event.root.unwrap_or(event.id);
            if roots.len() == trees || !roots.insert(root) {
                continue;
            }
            match event.root {
                Some(root) => events.extend(search(store, Query::new(Viewer::admin()).root(root)).await?),
                None => events.push(event),
            }
        }
        match page.next {
            Some(cursor) => query = query.after(cursor),
            None => break,
        }
    }
    Ok(events)
}
