//! Measures Hookgram, each figure beside its reference in the same run. `cargo xtask bench` builds and starts it.
//!
//!     bench PROGRAM TABLE      measures the program, writes the table of its figures into that folder
//!     bench hostile PROGRAM TABLE [NAME…]   only the attacks, and their section of the table; with names only those, and
//!                              writes nothing
//!     bench booking PROGRAM    a thousand booking bots, and a crowd that presses Start at one
//!     bench fill FOLDER COUNT  makes a database of so many deliveries in a data folder
//!     bench flood ADDRESS PATH SECONDS   posts to a server that runs already
//!     bench serve-reference [FOLDER]

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
