//! Measures Hookgram and a reference for each figure in the same run. `cargo xtask bench` builds and starts it.
//!
//!     bench PROGRAM TABLE      measures the program and writes the tables into the folder TABLE
//!     bench hostile PROGRAM TABLE [NAME…]   measures only the attacks and writes their section of the tables;
//!                              with names, measures only those attacks and writes nothing
//!     bench booking PROGRAM    measures a thousand booking bots, and a crowd that presses Start at one bot
//!     bench fill FOLDER COUNT  adds COUNT deliveries to the database in a data folder
//!     bench flood ADDRESS SECONDS PATH…   posts to a running server
//!     bench serve-reference [FOLDER]   serves a reference, which stores events if there is a folder

mod bare;
mod booking;
mod bot_api;
mod domain;
mod event;
mod figures;
mod fill;
mod hostile;
mod load;
mod process;
mod steady;
mod table;

use std::{env, path::Path};

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve-reference"] => bare::serve(None).await,
        ["serve-reference", folder] => bare::serve(Some(Path::new(folder))).await,
        ["booking", program] => booking::measure(Path::new(program)).await,
        ["fill", folder, count] => fill::fill(Path::new(folder), count.parse()?).await,
        ["flood", address, seconds, endpoints @ ..] => {
            let (address, event) = (address.parse()?, event::Event::find()?);
            let endpoints: Result<Vec<_>> =
                endpoints.iter().map(|endpoint| load::Request::post(address, endpoint, &event)).collect();
            let span = std::time::Duration::from_secs(seconds.parse()?);
            let rate = load::flood(address, &endpoints?, figures::CONNECTIONS, span).await?;
            println!("{:.0} events a second", rate.per_second);
            Ok(())
        }
        ["hostile", program, table, names @ ..] => hostile::alone(Path::new(program), Path::new(table), names).await,
        [program, table] => {
            let figures = figures::measure(Path::new(program)).await?;
            table::write(Path::new(table), &figures)
        }
        _ => bail!("it takes the program to measure and the folder of the table"),
    }
}
