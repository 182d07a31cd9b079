//! The scenes of the log, of customers, and of the health page.

use super::{
    Scene,
    Step::{Click, Fill, Live, See},
};

/// Scenes that need the seed data: one message that arrived, one that failed, two in the sandbox.
pub(super) fn scenes() -> Vec<Scene> {
    let failed = "/deliveries?outcome=failed";
    let open = [Live, Click(".log-table tbody th a"), See(".trace-pane")];
    vec![
        Scene::new("log", "/deliveries", [See(".log-table"), Live]),
        Scene::new("log-open", failed, open),
        Scene::new("log-download", "/deliveries", [Live, Click(".page-head summary"), See(".page-head .menu-body")]),
        Scene::new("log-conditions", "/deliveries?chat=482113907", [See(".more-grid"), Live]),
        Scene::new("log-time-fault", "/deliveries?from=yesterday", [See("[aria-invalid=true]"), Live]),
        Scene::new("log-no-match", "/deliveries?order=none", [See(".empty"), Live]),
        Scene::new(
            "log-event",
            failed,
            [Live, Click(".log-table tbody th a"), Click(".trace-links a:nth-child(2)"), See(".trace-page")],
        ),
        Scene::new(
            "log-payload",
            failed,
            [Live, Click(".log-table tbody th a"), Click(".trace-links a:nth-child(3)"), See(".json-tree")],
        ),
        Scene::new("log-replay-nothing", "/deliveries", [Live, Click(".log-foot button"), See("main .card")]),
        Scene::new(
            "log-replay",
            failed,
            [Live, Click("tbody input[type=checkbox]"), Click(".log-foot button"), See(".key-choices")],
        ),
        Scene::new(
            "log-cancel-refused",
            failed,
            [
                Live,
                Click("tbody input[type=checkbox]"),
                Click(".log-foot button[value=cancel]"),
                Click("button[name=sure]"),
                See("main .faults"),
            ],
        ),
        Scene::new("log-replay-all", "/deliveries/all?do=replay&outcome=failed", []),
        Scene::new("unreachable", "/deliveries/unreachable", [See(".log-table")]),
        Scene::new("customers", "/customers", [See(".customer-table")]),
        Scene::new("customers-no-match", "/customers?q=zzz", [See(".empty")]),
        Scene::new("customer", "/customers/482113907", [See(".customer-stop")]),
        Scene::new("erase", "/deliveries/erase", []),
        Scene::new("erase-fault", "/deliveries/erase?chat=x", [See(".notice")]),
        Scene::new("erase-nothing", "/deliveries/erase?chat=77", []),
        Scene::new("erase-question", "/deliveries/erase?chat=482113907", [See(".button.danger")]),
        Scene::new(
            "erase-done",
            "/deliveries/erase",
            [Fill("#chat", "77".to_owned()), Click("main button.primary"), Click("button[name=chat]"), See(".toast")],
        ),
        Scene::new("health", "/health", [Live]),
    ]
}
