//! Registers each route together with the role that may call it. A page's permission is an argument of its handler, so
//! the table of routes cannot contradict it. A test checks every route of the table.

use app::session::Permission;
use axum::{
    Router,
    handler::Handler,
    middleware::from_fn,
    routing::{MethodRouter, get, post},
};
use hookgram::role::Role;

use crate::{http::compression, pages::Visit, state::AppState};

/// A route, and the role that may call it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path, with `{…}` for a parameter.
    pub path: String,
    /// `GET`, `POST`, or `ANY`.
    pub method: &'static str,
    /// The lowest role that may call it; `None` if it is open to everybody.
    pub needs: Option<Role>,
}

/// Routes, and the table of them.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    table: Vec<Route>,
}

impl Routes {
    /// Adds a page, or a part of one, for accounts with the handler's permission.
    pub(crate) fn get<T, H, U>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState> + Asks<U>,
        T: 'static,
    {
        self.add(path, "GET", Some(H::ROLE), get(handler))
    }

    /// Adds a form for accounts with the handler's permission.
    pub(crate) fn post<T, H, U>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState> + Asks<U>,
        T: 'static,
    {
        self.add(path, "POST", Some(H::ROLE), post(handler))
    }

    /// Adds a route that is open to everybody. Its handler may check the caller itself.
    pub(crate) fn open(self, path: &str, method: &'static str, handler: MethodRouter<AppState>) -> Self {
        self.add(path, method, None, handler)
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        Self { router: self.router.merge(other.router), table: self.table }
    }

    /// Compresses the answers of these routes.
    pub(crate) fn compressed(self) -> Self {
        let router = self.router.route_layer(compression::layer()).route_layer(from_fn(compression::guard));
        Self { router, ..self }
    }

    pub(crate) fn finish(self) -> (Router<AppState>, Vec<Route>) {
        (self.router, self.table)
    }

    fn add(mut self, path: &str, method: &'static str, needs: Option<Role>, handler: MethodRouter<AppState>) -> Self {
        self.table.push(Route { path: path.to_owned(), method, needs });
        Self { router: self.router.route(path, handler), table: self.table }
    }
}

/// A handler that needs a permission: it takes a [`Visit`] with that permission. `T` is its other arguments.
pub(crate) trait Asks<T> {
    /// The lowest role that has the permission.
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
