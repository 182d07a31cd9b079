//! The second factor: setting it up, new recovery codes, switching it off. Each needs re-authentication.

use app::{
    error::FieldFault,
    i18n::{FactorWords, SignInWords, Words as _},
    notices::{Notice, OwnAccount},
    pages::{FactorView, ServerPage},
};
use axum::{
    body::Body,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use data_encoding::BASE64;
use secrecy::{ExposeSecret as _, SecretString};

use super::{account::or_confirm, caller::Typed};
use crate::{
    auth::{cookies, second_factor, session},
    credentials::{recovery, totp::Totp},
    pages::{Visit, internal, or_refuse, qr},
    secrets::seal::{Place, SealError},
    store::StoreError,
    time::{Millis, now},
};

const PAGE: &str = "/account/second-factor";
/// How long the secret on an open page is valid, until its first code is entered.
const SETUP_TIME: Millis = 60 * 60 * 1000;

/// `GET /account/second-factor`
pub(in crate::pages) async fn page(visit: Visit) -> Response {
    let confirmed = or_confirm!(visit, PAGE);
    let account = confirmed.account();
    let factor = or_refuse!(visit, visit.state.store.accounts.second_factor(account.id).await.map_err(internal));
    let required = second_factor::is_required(&visit.state, account.role);
    match factor {
        Some(factor) => {
            let view = FactorView::On {
                required,
                since: factor.since,
                left: factor.codes_left,
                locked: factor.secret.is_none(),
            };
            visit.show(StatusCode::OK, ServerPage::Factor(Box::new(view))).await
        }
        None => show_set_up(visit, StatusCode::OK, &Totp::new(), Vec::new()).await,
    }
}

async fn show_set_up(visit: Visit, status: StatusCode, totp: &Totp, faults: Vec<FieldFault>) -> Response {
    let sealed = or_refuse!(visit, seal(&visit, totp).map_err(internal));
    let view = FactorView::SetUp {
        required: second_factor::is_required(&visit.state, visit.account().role),
        secret: totp.base32().expose_secret().to_owned(),
        qr: qr::code(totp.uri(&visit.account().email).expose_secret()),
        sealed,
        faults,
    };
    visit.show(status, ServerPage::Factor(Box::new(view))).await
}

/// Seals the secret for the form's hidden field, bound to this account and with the time.
fn seal(visit: &Visit, totp: &Totp) -> Result<String, SealError> {
    let text = SecretString::from(format!("{} {}", now(), totp.base32().expose_secret()));
    let sealed = visit.state.store.secrets.sealer().seal(Place::TotpSetup(visit.account().id), text.expose_secret())?;
    Ok(BASE64.encode(&sealed))
}

fn opened(visit: &Visit, sealed: &str) -> Option<Totp> {
    let sealed = BASE64.decode(sealed.as_bytes()).ok()?;
    let text = visit.state.store.secrets.sealer().open(Place::TotpSetup(visit.account().id), &sealed).ok()?;
    let (made_at, secret) = text.expose_secret().split_once(' ')?;
    let age = now().saturating_sub(made_at.parse().ok()?);
    (0..SETUP_TIME).contains(&age).then(|| Totp::from_base32(&SecretString::from(secret)))?
}

/// `POST /account/second-factor`: checks the first code and switches the second factor on. Only this response shows the
/// recovery codes.
pub(in crate::pages) async fn turn_on(visit: Visit, body: Body) -> Response {
    or_confirm!(visit, PAGE);
    let typed = Typed::read(&visit.parts.headers, body).await;
    let at = |field: &str, sentence: &str| vec![FieldFault { field: field.to_owned(), sentence: sentence.to_owned() }];
    let Some(totp) = opened(&visit, &typed.text("sealed")) else {
        let faults = at("", FactorWords::of(visit.language).stale);
        return show_set_up(visit, StatusCode::UNPROCESSABLE_ENTITY, &Totp::new(), faults).await;
    };
    let Some(step) = totp.step_of(&typed.text("code"), now(), 0) else {
        let faults = at("code", SignInWords::of(visit.language).wrong_code);
        return show_set_up(visit, StatusCode::UNPROCESSABLE_ENTITY, &totp, faults).await;
    };
    let codes = recovery::new();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery::hash(code.expose_secret())).collect();
    let session = or_refuse!(visit, visit.session()).clone();
    let turned_on = visit
        .state
        .store
        .accounts
        .turn_second_factor_on(visit.account(), (&totp.base32(), step), &hashes, &session.hash, &visit.by())
        .await;
    match turned_on {
        Err(StoreError::Taken) => return Redirect::to(PAGE).into_response(),
        turned_on => or_refuse!(visit, turned_on.map_err(internal)),
    };
    // This request did not check the password, so the session keeps the time of its last re-authentication.
    let rotated = or_refuse!(visit, session::rotate(&visit.state, &session, None).await.map_err(internal));
    let mut response = show_codes(visit, &codes).await;
    cookies::hand_over(&mut response, rotated.map(|(cookie, _)| cookie));
    response
}

async fn show_codes(visit: Visit, codes: &[SecretString]) -> Response {
    let codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    visit.show(StatusCode::OK, ServerPage::Factor(Box::new(FactorView::Codes(codes)))).await
}

/// `POST /account/second-factor/codes`: replaces the recovery codes.
pub(in crate::pages) async fn new_codes(visit: Visit) -> Response {
    let confirmed = or_confirm!(visit, PAGE);
    let codes = recovery::new();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| recovery::hash(code.expose_secret())).collect();
    match visit.state.store.accounts.put_recovery_codes(confirmed.account(), &hashes, &visit.by()).await {
        Err(StoreError::NotFound) => return Redirect::to(PAGE).into_response(),
        put => or_refuse!(visit, put.map_err(internal)),
    }
    show_codes(visit, &codes).await
}

/// `POST /account/second-factor/off`
pub(in crate::pages) async fn turn_off(visit: Visit) -> Response {
    let confirmed = or_confirm!(visit, PAGE);
    let session = or_refuse!(visit, visit.session()).clone();
    match visit.state.store.accounts.turn_second_factor_off(confirmed.account(), Some(&session.hash), &visit.by()).await
    {
        Err(StoreError::NotFound) => return Redirect::to(PAGE).into_response(),
        turned_off => or_refuse!(visit, turned_off.map_err(internal)),
    }
    let rotated = or_refuse!(visit, session::rotate(&visit.state, &session, None).await.map_err(internal));
    let mut response = visit.done(&Notice::Account(OwnAccount::FactorOff), "/account");
    cookies::hand_over(&mut response, rotated.map(|(cookie, _)| cookie));
    response
}
