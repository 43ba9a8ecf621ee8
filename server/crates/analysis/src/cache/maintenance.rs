//! Keeping the cache small: what was not used for longest goes first.

use rusqlite::{Connection, TransactionBehavior};

/// So many rows are removed in one transaction, so that nobody waits long.
const ROWS: i64 = 1000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// For how many days something is kept that is not used.
    pub days: u32,
}

impl Default for Limits {
    /// 256 MB, 30 days.
    fn default() -> Self {
        Self {
            bytes: 256_000_000,
            days: 30,
        }
    }
}

/// How large a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// The file, in bytes.
    pub file: u64,
    /// What of it is in use, in bytes.
    pub used: u64,
}

/// How large a file is.
pub(super) fn size(connection: &Connection) -> rusqlite::Result<Size> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let page = pragma("page_size")?;
    let (pages, free) = (pragma("page_count")?, pragma("freelist_count")?);
    let bytes = |pages: i64| (pages.max(0) * page).cast_unsigned();
    Ok(Size {
        file: bytes(pages),
        used: bytes(pages - free),
    })
}

/// How much is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// How many contents.
    pub contents: u64,
    /// How many bytes say what is known of them.
    pub payload_bytes: u64,
}

/// How much is known. Comes to an end in every file, so it is asked before all that goes through all of a table.
///
/// # Errors
///
/// There is more in the table than the file is long: pages of it are there several times, perhaps without an end.
pub(super) fn extent(connection: &Connection) -> rusqlite::Result<Extent> {
    let most = size(connection)?.file;
    let mut extent = Extent::default();
    let mut statement = connection.prepare("SELECT ifnull(length(payload), 0) FROM content")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        extent.contents += 1;
        extent.payload_bytes += row.get::<_, i64>(0)?.max(0).cast_unsigned();
        if extent.contents + extent.payload_bytes > most {
            let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            return Err(rusqlite::Error::SqliteFailure(
                corrupt,
                Some("pages are part of several rows".to_owned()),
            ));
        }
    }
    Ok(extent)
}

/// The day when the content was last used that was not used for longest; `None` if there is none.
pub(super) fn oldest_use(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT min(last_used) FROM content", [], |row| row.get(0))
}

/// Removes what is above the limits, if the file is too large or this was not done today.
pub(super) fn tidy_if_due(connection: &mut Connection, limits: &Limits, today: i64) -> rusqlite::Result<()> {
    let is_large = size(connection)?.used > limits.bytes;
    let is_old = oldest_use(connection)?.is_some_and(|oldest| oldest < today - i64::from(limits.days));
    if is_large || is_old {
        tidy(connection, limits, today)?;
    }
    Ok(())
}

/// Removes what is above the limits. Returns how many contents were removed.
pub(super) fn tidy(connection: &mut Connection, limits: &Limits, today: i64) -> rusqlite::Result<u64> {
    extent(connection)?;
    let first_day = today - i64::from(limits.days);
    let mut removed = 0;
    loop {
        let rows = remove_oldest(connection, ROWS, first_day)?;
        removed += rows;
        if rows == 0 {
            break;
        }
    }
    // Some more than must go, so that it need not be done again at once.
    if size(connection)?.used > limits.bytes {
        while size(connection)?.used > limits.bytes / 10 * 9 {
            let rows = remove_oldest(connection, ROWS, i64::MAX)?;
            removed += rows;
            if rows == 0 {
                break;
            }
        }
    }
    remove_orphans(connection)?;
    connection.execute("DELETE FROM uses WHERE day < ?1", [first_day])?;
    give_back(connection)?;
    Ok(removed)
}

/// Removes half of all there is, and gives the room back to the disk.
pub(super) fn make_room(connection: &mut Connection) -> rusqlite::Result<()> {
    // The log may be most of it.
    truncate_log(connection)?;
    let rows: i64 = connection.query_row("SELECT count(*) FROM content", [], |row| row.get(0))?;
    let mut left = rows / 2 + 1;
    while left > 0 {
        // Few at once: the log of what is removed needs room too.
        left -= remove_oldest(connection, ROWS / 10, i64::MAX)?.cast_signed().max(1);
        truncate_log(connection)?;
    }
    remove_orphans(connection)?;
    give_back(connection)
}

/// Removes some of the contents that were last used before a day, those first that were not used for longest.
fn remove_oldest(connection: &mut Connection, rows: i64, day: i64) -> rusqlite::Result<u64> {
    let removed = connection.execute(
        "DELETE FROM content WHERE id IN (SELECT id FROM content WHERE last_used < ?1 ORDER BY last_used LIMIT ?2)",
        (day, rows),
    )?;
    Ok(removed as u64)
}

/// Removes the paths whose content is not known any more.
fn remove_orphans(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("DELETE FROM paths WHERE content NOT IN (SELECT id FROM content)", [])?;
    transaction.commit()
}

/// Gives the room that is not used back to the disk.
fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    // It frees a page with each step.
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    drop(rows);
    truncate_log(connection)
}

/// Empties the log into the file, if nobody is in the way.
fn truncate_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::schema;

    const PAYLOAD: i64 = 1000;

    /// A cache with a number of contents for each of some days, each with a path, and a path without one.
    fn filled(days: &[(i64, i64)]) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").unwrap();
        schema::migrate(&mut connection, schema::VERSION).unwrap();
        for (day, count) in days {
            for number in 0..*count {
                let id = day * 100_000 + number;
                let payload = vec![0_u8; PAYLOAD as usize];
                let content = "INSERT INTO content (id, last_used, key, payload) VALUES (?1, ?2, x'00', ?3)";
                connection.execute(content, (id, day, payload)).unwrap();
                connection
                    .execute("INSERT INTO paths VALUES (?1, ?1, 0)", [id])
                    .unwrap();
            }
        }
        connection.execute("INSERT INTO paths VALUES (-1, -1, 0)", []).unwrap();
        connection
    }

    /// How many contents there are of each day, and how many paths.
    fn left(connection: &Connection) -> (Vec<(i64, i64)>, i64) {
        let days = "SELECT last_used, count(*) FROM content GROUP BY last_used ORDER BY last_used";
        let mut statement = connection.prepare(days).unwrap();
        let days = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let paths = connection.query_row("SELECT count(*) FROM paths", [], |row| row.get(0));
        (days.map(Result::unwrap).collect(), paths.unwrap())
    }

    #[test]
    fn what_is_old_goes() {
        let mut connection = filled(&[(50, 2100), (69, 3), (70, 4), (100, 5), (200, 1)]);
        tidy_if_due(&mut connection, &Limits::default(), 100).unwrap();
        assert_eq!(left(&connection), (vec![(70, 4), (100, 5), (200, 1)], 10));
        assert_eq!(size(&connection).unwrap().file, size(&connection).unwrap().used);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_when_there_is_too_much() {
        let mut connection = filled(&[(98, 2000), (99, 2000), (100, 500)]);
        let limits = Limits {
            bytes: (PAYLOAD * 3000).cast_unsigned(),
            days: 30,
        };
        tidy_if_due(&mut connection, &limits, 100).unwrap();
        let (days, paths) = left(&connection);
        assert!(days[0].0 == 99 && days[0].1 < 2000, "{days:?}");
        assert_eq!(days[1], (100, 500));
        assert_eq!(paths, days[0].1 + 500);
        assert!(size(&connection).unwrap().file <= limits.bytes);
    }

    #[test]
    fn nothing_is_removed_within_the_limits() {
        let mut connection = filled(&[(99, 10), (100, 10)]);
        tidy_if_due(&mut connection, &Limits::default(), 100).unwrap();
        assert_eq!(left(&connection), (vec![(99, 10), (100, 10)], 21));
    }

    #[test]
    fn half_goes_to_make_room() {
        let mut connection = filled(&[(99, 1000), (100, 1000)]);
        let before = size(&connection).unwrap().file;
        make_room(&mut connection).unwrap();
        let (days, _) = left(&connection);
        assert!(days.iter().map(|(_, count)| count).sum::<i64>() < 1000);
        assert_eq!(days.last().map(|(day, _)| *day), Some(100));
        assert!(size(&connection).unwrap().file < before * 6 / 10);
    }
}
