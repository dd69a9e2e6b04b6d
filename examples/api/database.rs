//! The server's resources, in one SQLite file.

use std::{
    error::Error,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use events::{Acl, AnyHref, BoxFuture, Caller, Href, ResourceDirectory, Right};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::{
    document::{Document, Kept, now, type_of},
    error::ApiError,
};

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS resource (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        document TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS resource_type ON resource (type, number);
    CREATE INDEX IF NOT EXISTS resource_state ON resource (type, document ->> '$.state');
    CREATE TABLE IF NOT EXISTS viewer (
        id TEXT NOT NULL,
        claim TEXT NOT NULL,
        PRIMARY KEY (claim, id)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS viewer_id ON viewer (id);
";

/// A handle; clones share the connection.
#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does `work` at once or, where it fails, nothing of it, on a thread that may block. It is done to its end, even
    /// when the request is not waited for.
    pub(crate) async fn transact<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        let connection = self.0.clone();
        let done = spawn_blocking(move || {
            // A panic elsewhere has rolled its transaction back: the connection is as good as before.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = Transaction(connection.transaction()?);
            let value = work(&transaction)?;
            transaction.0.commit()?;
            Ok(value)
        });
        done.await.map_err(ApiError::internal)?
    }

    /// See [`Transaction::get`].
    pub(crate) async fn get<K: Kept>(
        &self,
        id: Href<K>,
        right: Right,
        caller: Caller,
    ) -> Result<Document<K>, ApiError> {
        self.transact(move |transaction| transaction.get(&id, right, &caller)).await
    }

    /// See [`Transaction::add`].
    pub(crate) async fn add<K: Kept>(
        &self,
        id: Option<Href<K>>,
        make: impl FnOnce(Href<K>) -> Result<Document<K>, ApiError> + Send + 'static,
    ) -> Result<Href<K>, ApiError> {
        self.transact(move |transaction| transaction.add(id, make)).await
    }

    /// See [`Transaction::change`].
    pub(crate) async fn change<K: Kept, T: Send + 'static>(
        &self,
        id: Href<K>,
        right: Right,
        caller: Caller,
        change: impl FnOnce(&mut Document<K>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.transact(move |transaction| transaction.change(&id, right, &caller, change)).await
    }

    /// Deletes a resource that `caller` may delete and `let_go` lets go, with what that does besides.
    pub(crate) async fn delete<K: Kept>(
        &self,
        id: Href<K>,
        caller: Caller,
        let_go: impl FnOnce(&Transaction<'_>, &mut Document<K>) -> Result<(), ApiError> + Send + 'static,
    ) -> Result<(), ApiError> {
        self.transact(move |transaction| {
            let_go(transaction, &mut transaction.get(&id, Right::Delete, &caller)?)?;
            transaction.remove(&id)
        })
        .await
    }

    /// How many resources of a type `caller` sees that are as wanted, and some of them.
    pub(crate) async fn search<K: Kept>(
        &self,
        caller: Caller,
        Wanted { states, order, skip, limit }: Wanted,
    ) -> Result<(u64, Vec<Document<K>>), ApiError> {
        let read = move |Transaction(connection): &Transaction<'_>| {
            let claims = serde_json::to_string(&caller.claims).map_err(ApiError::internal)?;
            let (index, in_state) = match states[..] {
                // Named all the same: what is given has to be asked for.
                [] => ("resource_type", "?4 IS NOT NULL"),
                _ => ("resource_state", "document ->> '$.state' IN (SELECT value FROM json_each(?4))"),
            };
            let states = serde_json::to_string(&states).map_err(ApiError::internal)?;
            let found = format!(
                "FROM resource INDEXED BY {index} WHERE type = ?1 AND {in_state} AND (?2 OR id IN \
                 (SELECT id FROM viewer WHERE claim IN (SELECT value FROM json_each(?3))))"
            );
            let known = params![type_of::<K>(), caller.is_admin(), claims, states];
            let count: u32 = connection.query_row(&format!("SELECT count(*) {found}"), known, |row| row.get(0))?;
            let order = match order {
                Order::NewestFirst => "DESC",
                Order::OldestFirst => "ASC",
            };
            let page = format!("SELECT document {found} ORDER BY number {order} LIMIT ?5 OFFSET ?6");
            let mut page = connection.prepare(&page)?;
            let known = params![type_of::<K>(), caller.is_admin(), claims, states, limit, skip];
            let page = page.query_map(known, |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
            Ok::<_, ApiError>((count.into(), page))
        };
        let (count, page) = self.transact(read).await?;
        // Others have the connection meanwhile.
        let parse = move || page.iter().map(|json| parsed(json)).collect();
        let documents: Result<Vec<_>, ApiError> = spawn_blocking(parse).await.map_err(ApiError::internal)?;
        Ok((count, documents?))
    }
}

/// Which resources are searched for, and which of those are given.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Those in one of these states; without any, all.
    pub(crate) states: Vec<String>,
    pub(crate) order: Order,
    pub(crate) skip: u32,
    pub(crate) limit: u32,
}

/// By when they were added.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

/// What is done at once or not at all.
pub(crate) struct Transaction<'c>(rusqlite::Transaction<'c>);

impl Transaction<'_> {
    /// The resource, if `caller` has `right` on it.
    pub(crate) fn get<K: Kept>(&self, id: &Href<K>, right: Right, caller: &Caller) -> Result<Document<K>, ApiError> {
        let json = json_of(&self.0, id.as_str())?.ok_or_else(|| ApiError::NotFound(id.to_string()))?;
        let document: Document<K> = parsed(&json)?;
        document.check(right, caller)?;
        Ok(document)
    }

    /// Adds the resource that `make` makes of an id; without one, of a new id.
    pub(crate) fn add<K: Kept>(
        &self,
        id: Option<Href<K>>,
        make: impl FnOnce(Href<K>) -> Result<Document<K>, ApiError>,
    ) -> Result<Href<K>, ApiError> {
        let document = make(id.map_or_else(|| self.new_id(), Ok)?)?;
        if json_of(&self.0, document.id.as_str())?.is_some() {
            return Err(ApiError::Conflict(document.id.to_string()));
        }
        let json = serde_json::to_string(&document).map_err(ApiError::internal)?;
        let insert = "INSERT INTO resource (id, type, document) VALUES (?1, ?2, ?3)";
        self.0.execute(insert, params![document.id.as_str(), type_of::<K>(), json])?;
        write_viewers(&self.0, document.id.as_str(), &document.acl)?;
        Ok(document.id)
    }

    /// Changes a resource on which `caller` has `right`; what `change` answers is passed on.
    pub(crate) fn change<K: Kept, T>(
        &self,
        id: &Href<K>,
        right: Right,
        caller: &Caller,
        change: impl FnOnce(&mut Document<K>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let mut document = self.get(id, right, caller)?;
        let answer = change(&mut document)?;
        document.updated = now();
        let json = serde_json::to_string(&document).map_err(ApiError::internal)?;
        self.0.execute("UPDATE resource SET document = ?2 WHERE id = ?1", params![id.as_str(), json])?;
        self.0.execute("DELETE FROM viewer WHERE id = ?1", [id.as_str()])?;
        write_viewers(&self.0, id.as_str(), &document.acl)?;
        Ok(answer)
    }

    /// Deletes a resource, whoever asks.
    pub(crate) fn remove<K>(&self, id: &Href<K>) -> Result<(), ApiError> {
        self.0.execute("DELETE FROM resource WHERE id = ?1", [id.as_str()])?;
        self.0.execute("DELETE FROM viewer WHERE id = ?1", [id.as_str()])?;
        Ok(())
    }

    /// Deletes the resources of a type whose `expiry` has passed.
    pub(crate) fn remove_expired<K: Kept>(&self) -> Result<(), ApiError> {
        let expired = "SELECT id FROM resource WHERE type = ?1 AND document ->> '$.expiry' <= ?2";
        for table in ["viewer", "resource"] {
            let delete = format!("DELETE FROM {table} WHERE id IN ({expired})");
            self.0.execute(&delete, params![type_of::<K>(), now().to_string()])?;
        }
        Ok(())
    }

    /// A random UUID (version 4, RFC 9562), from SQLite's generator.
    pub(crate) fn new_id<K: Kept>(&self) -> Result<Href<K>, ApiError> {
        let bytes: [u8; 16] = self.0.query_row("SELECT randomblob(16)", [], |row| row.get(0))?;
        let bits = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
        let hex = format!("{bits:032x}");
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Ok(parts.join("-").parse()?)
    }
}

fn json_of(connection: &Connection, id: &str) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT document FROM resource WHERE id = ?1", [id], |row| row.get(0)).optional()
}

fn parsed<K: Kept>(json: &str) -> Result<Document<K>, ApiError> {
    serde_json::from_str(json).map_err(ApiError::internal)
}

/// Who sees the resource in a search.
fn write_viewers(connection: &Connection, id: &str, acl: &Acl) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO viewer (id, claim) VALUES (?1, ?2)")?;
    for claim in acl.who(Right::ViewData) {
        insert.execute([id, claim.as_str()])?;
    }
    Ok(())
}

/// Where the events find out who may see a resource.
impl ResourceDirectory for Database {
    fn acl<'d>(&'d self, resource: &'d AnyHref) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn Error + Send + Sync>>> {
        #[derive(Deserialize)]
        struct Protected {
            acl: Acl,
        }

        let id = resource.as_str().to_owned();
        Box::pin(async move {
            let json = self
                .transact(move |Transaction(connection)| json_of(connection, &id))
                .await
                .map_err(|error| error.to_string())?;
            let Some(json) = json else { return Ok(None) };
            Ok(Some(serde_json::from_str::<Protected>(&json)?.acl))
        })
    }
}

impl From<rusqlite::Error> for ApiError {
    fn from(error: rusqlite::Error) -> Self {
        Self::internal(error)
    }
}
