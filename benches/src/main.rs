//! `cargo xtask bench`: every goal of DESIGN section 6, measured beside a floor and peers of the same run.

mod base;
mod connection;
mod fleet;
mod floor;
mod gate;
mod http;
mod http_client;
mod load;
mod machine;
mod off;
mod options;
mod processor;
mod recording;
mod report;
mod searching;
mod searching_over_http;
#[cfg(feature = "servers")]
mod servers;
mod space;
mod start;
mod statistics;
mod store;
mod sustained;
mod table;
mod throughput;

use std::{path::Path, process::ExitCode};

use clap::Parser as _;

use crate::{
    base::Base,
    options::{Options, Part, RowName, Scale},
    report::Report,
};

/// What goes wrong while measuring is told and ends the run: there is nothing to act on.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.part {
        Some(Part::Client(client)) => http_client::run(client).map(|answered| say(&answered.to_string())),
        Some(Part::Starting(starting)) => start::run(starting),
        None => measure(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the answer of the program")]
fn say(text: &str) {
    println!("{text}");
}

fn measure(options: &Options) -> Result<()> {
    let scale = options.scale();
    let scratch = tempfile::tempdir()?;
    let data = options.data.clone().unwrap_or_else(|| scratch.path().join("data"));
    std::fs::create_dir_all(&data)?;
    let mut report = Report::default();
    // First what is measured in nanoseconds: no store works in the background yet.
    if options.wants(RowName::Recording) {
        recording::measure(&scale, &mut report)?;
    }
    if options.wants(RowName::Off) {
        off::measure(&scale, &mut report)?;
    }
    let of_stored =
        [RowName::Space, RowName::Search, RowName::Start, RowName::Throughput, RowName::Sustained, RowName::Http];
    if of_stored.into_iter().any(|row| options.wants(row)) {
        on_stored(options, &data, scratch.path(), &scale, &mut report)?;
    }
    if options.wants(RowName::Servers) {
        on_servers(&data, scratch.path(), &scale, &mut report)?;
    }
    let (judged, met) = report.score();
    say(&format!(
        "\n{}\n{met} of {judged} goals met. Measured on {}, store {}; medians of {} interleaved pairs. Again: `{}`",
        report.markdown(),
        machine::describe(&data),
        options.store,
        scale.pairs,
        options.command()
    ));
    Ok(())
}

#[cfg(feature = "servers")]
fn on_servers(data: &Path, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    servers::measure(data, scratch, scale, report)
}

#[cfg(not(feature = "servers"))]
fn on_servers(_data: &Path, _scratch: &Path, _scale: &Scale, _report: &mut Report) -> Result<()> {
    Err("this program was built without its feature `servers`: `cargo xtask bench -- servers` builds it with".into())
}

/// The rows that need stored events, those first that must find them as they were stored.
fn on_stored(options: &Options, data: &Path, scratch: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let base = Base::build(options.store, data, scale.stored)?;
    if options.wants(RowName::Space) {
        space::measure(&base, report)?;
    }
    if options.wants(RowName::Search) {
        searching::measure(&base, 1.0, scale, report)?;
    }
    if options.wants(RowName::Start) {
        start::measure(&base, options.store, scale, report)?;
    }
    if options.wants(RowName::Throughput) {
        throughput::measure(&base, scratch, scale, report)?;
    }
    if options.wants(RowName::Sustained) {
        sustained::measure(&base, scratch, scale, report)?;
    }
    if options.wants(RowName::Http) {
        http::measure(&base, scale, report)?;
    }
    if let Some(later) = scale.stored_later.filter(|_| options.wants(RowName::Search)) {
        drop(base);
        let base = Base::build(options.store, data, later)?;
        searching::measure(&base, 2.0, scale, report)?;
    }
    Ok(())
}
