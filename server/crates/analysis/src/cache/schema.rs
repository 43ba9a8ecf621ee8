//! The tables, and how those of one version become those of another.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// The version of the tables that this program works with.
pub(super) const VERSION: i32 = STEPS.len() as i32;

/// Says whose file it is: `anti` in ASCII.
pub(super) const APPLICATION_ID: i32 = 0x616e_7469;

/// How the tables of a version are made of those of the version before, and the other way round.
struct Step {
    up: &'static [&'static str],
    down: &'static [&'static str],
}

/// What was known of paths in version 1.
const PATHS_OF_VERSION_1: &str = "CREATE TABLE paths (
                path BLOB PRIMARY KEY,
                size INTEGER NOT NULL,
                modified_ns INTEGER NOT NULL,
                inode INTEGER NOT NULL,
                content INTEGER NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID";

/// What was known of paths in version 2.
const PATHS_OF_VERSION_2: &str = "CREATE TABLE paths (
                path BLOB PRIMARY KEY,
                content INTEGER NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID";

/// The first makes version 1 of an empty file.
///
/// A content is found by its `id`, the first 64 bits of its key, and believed if the key is the same and the payload adds up. A
/// path is believed if its checksum is that of the file's stamp and of the content's key as well. So a row says what it said in
/// the version that wrote it, or nothing, and migrations leave out what they cannot carry over.
const STEPS: [Step; 3] = [
    Step {
        up: &[
            "CREATE TABLE content (
                id INTEGER PRIMARY KEY,
                last_used INTEGER NOT NULL,
                key BLOB NOT NULL,
                payload BLOB NOT NULL
            ) STRICT",
            PATHS_OF_VERSION_1,
        ],
        down: &["DROP TABLE paths", "DROP TABLE content"],
    },
    // The checksum of a path's row stands for all of the stamp, with the time of any change, contents are found by age, and uses
    // are counted. What was known of paths is too little for the other version's checksums.
    Step {
        up: &[
            "DROP TABLE paths",
            PATHS_OF_VERSION_2,
            "CREATE INDEX content_by_age ON content (last_used)",
            "CREATE TABLE uses (
                day INTEGER PRIMARY KEY,
                hits INTEGER NOT NULL,
                misses INTEGER NOT NULL
            ) STRICT",
        ],
        down: &[
            "DROP TABLE uses",
            "DROP INDEX content_by_age",
            "DROP TABLE paths",
            PATHS_OF_VERSION_1,
        ],
    },
    // A path is found by 64 bits of its hash, which take less room and are compared at once. Its checksum stands for the path itself,
    // so that of two with the same hash one is not known.
    Step {
        up: &[
            "DROP TABLE paths",
            "CREATE TABLE paths (
                id INTEGER PRIMARY KEY,
                content INTEGER NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT",
        ],
        down: &["DROP TABLE paths", PATHS_OF_VERSION_2],
    },
];

/// The version of the tables in a file: 0 if there are none.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Whose tables there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// This program's, of this version, and as it makes them: 0 if there are none yet.
    Known(i32),
    /// This program's, of a later version.
    Newer(i32),
    /// This program's, but not as it makes them.
    Altered,
    /// Another program's.
    Other,
}

/// Whose tables there are in a file. Asks without writing anything.
pub(super) fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    // One transaction, so that nobody changes one of the answers before the next.
    let transaction = connection.unchecked_transaction()?;
    let application: i32 = transaction.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version = version(&transaction)?;
    let is_ours = application == APPLICATION_ID;
    if !is_ours && (application != 0 || version != 0) {
        return Ok(Owner::Other);
    }
    if version > VERSION {
        return Ok(Owner::Newer(version));
    }
    let found = statements(&transaction)?;
    Ok(
        match usize::try_from(version).is_ok_and(|version| found == expected(version)) {
            true => Owner::Known(version),
            false if is_ours => Owner::Altered,
            false => Owner::Other,
        },
    )
}

/// The statements that made what there is, sorted; none of them says which spaces it was written with.
fn statements(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    // More than any version has are as wrong as all of them.
    let mut statement = connection.prepare("SELECT ifnull(sql, '') FROM sqlite_schema LIMIT 10")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut found = rows
        .map(|sql| Ok(squeezed(&sql?)))
        .collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_unstable();
    Ok(found)
}

/// The statements that make the tables of a version, sorted.
fn expected(version: usize) -> Vec<String> {
    let mut made: Vec<&str> = Vec::new();
    for statement in STEPS.iter().take(version).flat_map(|step| step.up) {
        match statement.strip_prefix("DROP ") {
            Some(dropped) => made.retain(|sql| {
                let rest = sql.strip_prefix("CREATE ").and_then(|sql| sql.strip_prefix(dropped));
                rest.is_none_or(|rest| !rest.starts_with(' '))
            }),
            None => made.push(statement),
        }
    }
    let mut made: Vec<String> = made.into_iter().map(squeezed).collect();
    made.sort_unstable();
    made
}

/// A statement with a space where it has several, or the end of a line.
fn squeezed(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Makes the tables those of another version, at once or not at all. Nothing happens if they are that already, or are of a
/// version that is not known.
pub(super) fn migrate(connection: &mut Connection, to: i32) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    migrate_within(&transaction, to)?;
    transaction.commit()
}

/// The same, as part of a transaction that may write.
pub(super) fn migrate_within(transaction: &Transaction<'_>, to: i32) -> rusqlite::Result<()> {
    // Another process may have been faster.
    let mut at = version(transaction)?;
    if !(0..=VERSION).contains(&at) || !(0..=VERSION).contains(&to) || at == to {
        return Ok(());
    }
    while at != to {
        let (statements, next) = match at < to {
            true => (STEPS[at as usize].up, at + 1),
            false => (STEPS[at as usize - 1].down, at - 1),
        };
        for statement in statements {
            transaction.execute_batch(statement)?;
        }
        at = next;
    }
    transaction.pragma_update(None, "user_version", to)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_the_same_from_above_and_from_below() {
        let mut from_below = Vec::new();
        for version in 0..=VERSION {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, version).unwrap();
            from_below.push(statements(&connection).unwrap());
            assert_eq!(owner(&connection).unwrap(), Owner::Known(version));
        }
        for from in 0..=VERSION {
            for to in 0..=VERSION {
                let mut connection = Connection::open_in_memory().unwrap();
                migrate(&mut connection, from).unwrap();
                migrate(&mut connection, to).unwrap();
                assert_eq!(
                    statements(&connection).unwrap(),
                    from_below[to as usize],
                    "from {from} to {to}"
                );
                assert_eq!(version(&connection).unwrap(), to);
            }
        }
    }

    #[test]
    fn unknown_versions_are_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, VERSION + 1).unwrap();
        migrate(&mut connection, -1).unwrap();
        assert_eq!(version(&connection).unwrap(), 0);
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        migrate(&mut connection, 1).unwrap();
        assert_eq!(statements(&connection).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_as_we_make_it_is_not_ours() {
        for (change, expected) in [
            ("PRAGMA application_id = 0", Owner::Other),
            ("PRAGMA application_id = 5", Owner::Other),
            ("PRAGMA user_version = 9", Owner::Newer(9)),
            ("PRAGMA user_version = 0", Owner::Altered),
            ("PRAGMA user_version = -1", Owner::Altered),
            ("PRAGMA user_version = 2", Owner::Altered),
            ("DROP TABLE uses", Owner::Altered),
            ("CREATE TABLE more (x)", Owner::Altered),
            ("CREATE VIEW more AS SELECT 1", Owner::Altered),
            ("ALTER TABLE paths ADD COLUMN more INTEGER", Owner::Altered),
            (
                "CREATE TRIGGER t AFTER INSERT ON uses BEGIN DELETE FROM uses; END",
                Owner::Altered,
            ),
        ] {
            let mut connection = Connection::open_in_memory().unwrap();
            migrate(&mut connection, VERSION).unwrap();
            connection.execute_batch(change).unwrap();
            assert_eq!(owner(&connection).unwrap(), expected, "{change}");
        }
        let connection = Connection::open_in_memory().unwrap();
        assert_eq!(owner(&connection).unwrap(), Owner::Known(0));
        connection.execute_batch("CREATE TABLE other (x)").unwrap();
        assert_eq!(owner(&connection).unwrap(), Owner::Other);
    }
}
