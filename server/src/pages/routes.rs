//! Registering a route says whom it is open to: for a page that is the permission in its handler's own signature, so that
//! no list beside it can say otherwise. The table of all of them is what a test walks.

use app::session::Permission;
use axum::{
    Router,
    handler::Handler,
    middleware::from_fn,
    routing::{MethodRouter, get, post},
};
use hookgram::role::Role;

use crate::{http::compression, pages::Visit, state::AppState};

/// A route, and whom it is open to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Its path, with `{…}` where something varies.
    pub path: String,
    /// `GET`, `POST`, or `ANY`.
    pub method: &'static str,
    /// The lowest role that it answers; `None`: everybody, signed in or not.
    pub needs: Option<Role>,
}

/// Routes, and the table of them.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    table: Vec<Route>,
}

impl Routes {
    /// A page, or what belongs to one, that only whoever has its handler's permission gets.
    pub(crate) fn get<T, H, U>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState> + Asks<U>,
        T: 'static,
    {
        self.add(path, "GET", Some(H::ROLE), get(handler))
    }

    /// A form that only whoever has its handler's permission may send.
    pub(crate) fn post<T, H, U>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState> + Asks<U>,
        T: 'static,
    {
        self.add(path, "POST", Some(H::ROLE), post(handler))
    }

    /// What is open to everybody: its handler judges by itself.
    pub(crate) fn open(self, path: &str, method: &'static str, handler: MethodRouter<AppState>) -> Self {
        self.add(path, method, None, handler)
    }

    /// These as well.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        Self { router: self.router.merge(other.router), table: self.table }
    }

    /// Answers to these are compressed.
    pub(crate) fn compressed(self) -> Self {
        let router = self.router.route_layer(compression::layer()).route_layer(from_fn(compression::guard));
        Self { router, ..self }
    }

    /// The router, and the table.
    pub(crate) fn finish(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.table)
    }

    fn add(mut self, path: &str, method: &'static str, needs: Option<Role>, handler: MethodRouter<AppState>) -> Self {
        self.table.push(Route { path: path.to_owned(), method, needs });
        Self { router: self.router.route(path, handler), table: self.table }
    }
}

/// A handler that asks for a permission: it takes a [`Visit`] of whoever has it. `T` is what else it takes.
pub(crate) trait Asks<T> {
    /// The lowest role that has it.
    const ROLE: Role;
}

impl<F, P, R> Asks<((), Visit<P>, ())> for F
where
    F: Fn(Visit<P>) -> R,
    P: Permission,
{
    const ROLE: Role = P::ROLE;
}

impl<F, P, B, R> Asks<((), Visit<P>, (B,))> for F
where
    F: Fn(Visit<P>, B) -> R,
    P: Permission,
{
    const ROLE: Role = P::ROLE;
}

impl<F, A, P, R> Asks<((A,), Visit<P>, ())> for F
where
    F: Fn(A, Visit<P>) -> R,
    P: Permission,
{
    const ROLE: Role = P::ROLE;
}

impl<F, A, P, B, R> Asks<((A,), Visit<P>, (B,))> for F
where
    F: Fn(A, Visit<P>, B) -> R,
    P: Permission,
{
    const ROLE: Role = P::ROLE;
}
