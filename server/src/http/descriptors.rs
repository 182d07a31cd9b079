//! The process's limit on open files. Connections of clients must leave enough file descriptors for the database.

/// The number of file descriptors reserved for the database, Telegram, mail and the log.
const RESERVED: usize = 256;

/// The number of connections that the limit on open files allows, up to `most`. Raises the process's soft limit as far
/// as needed and allowed.
pub(crate) fn room(most: usize) -> usize {
    limit(most.saturating_add(RESERVED)).map_or(most, |limit| left(limit, most))
}

fn left(limit: usize, most: usize) -> usize {
    limit.saturating_sub(RESERVED.min(limit / 2)).min(most).max(1)
}

/// Returns the limit, raised to `wanted` if that is allowed; `None` if there is no limit or it is unknown.
#[cfg(unix)]
fn limit(wanted: usize) -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current?;
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    let allowed = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if current < allowed && setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), maximum }).is_ok() {
        return usize::try_from(allowed).ok();
    }
    usize::try_from(current).ok()
}

#[cfg(not(unix))]
fn limit(_: usize) -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_files() {
        for (limit, room) in [(1_024, 768), (512, 256), (256, 128), (64, 32), (1, 1), (0, 1), (1_000_000, 4_096)] {
            assert_eq!(left(limit, 4_096), room, "{limit}");
        }
    }
}
