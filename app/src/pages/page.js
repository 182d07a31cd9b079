// Conveniences for the server-rendered pages. Every page works without this script.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // The server renders times in the reader's zone once this cookie has told it the zone.
  const named = document.cookie.split("; ").find((pair) => pair.startsWith("zone="));
  // An account may store a zone, which takes precedence.
  const kept = document.documentElement.dataset.zone !== undefined;
  const name = () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && named !== `zone=${zone}`) document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax`;
  };
  const localise = (times) => {
    const ru = document.documentElement.lang === "ru";
    const clock = { hour: "2-digit", minute: "2-digit" };
    const day = ru ? { day: "2-digit", month: "2-digit" } : { day: "numeric", month: "short" };
    const kinds = {
      clock,
      seconds: { ...clock, second: "2-digit" },
      day,
      year: { ...day, year: "numeric" },
      whole: { dateStyle: "medium", timeStyle: "medium" },
    };
    // Constructing a formatter is slow, so each kind is constructed once.
    const made = {};
    const write = (at, kind) => (made[kind] ??= new Intl.DateTimeFormat(ru ? "ru" : "en-GB", kinds[kind])).format(at);
    const now = new Date();
    for (const time of times) {
      const at = new Date(time.dateTime);
      const hour = write(at, time.dataset.seconds === undefined ? "clock" : "seconds");
      const date = () => write(at, at.getFullYear() === now.getFullYear() ? "day" : "year");
      time.textContent = at.toDateString() === now.toDateString() ? hour : `${date()}, ${hour}`;
      time.title = write(at, "whole");
    }
  };
  // Both are slow, so they wait until the page is idle.
  const soon = window.requestIdleCallback ?? setTimeout;
  soon(() => {
    name();
    const times = all("time");
    if (!named && !kept && times.length) soon(() => localise(times));
  });

  // The server only guesses whether a page was opened over plain http.
  if (location.protocol === "https:") for (const guess of all("[data-insecure]")) guess.hidden = true;

  // An open menu closes on a click outside, and on Escape, which returns the focus to the menu's button. Escape also
  // hides a tooltip that is shown while its button has the focus.
  const menu = () => one("details.menu[open]");
  document.addEventListener("pointerdown", ({ target }) => {
    if (menu() && !menu().contains(target)) menu().open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    if (document.activeElement.matches(".tip-button")) document.activeElement.blur();
    const open = menu();
    if (!open) return;
    open.open = false;
    one("summary", open).focus();
  });

  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  document.addEventListener("change", (event) => {
    const at = event.target;
    if (at.matches("[data-filters] > select")) at.form.requestSubmit();
    if (at.matches("[data-all]")) {
      for (const box of all("tbody input[type=checkbox]", at.closest("table"))) box.checked = at.checked;
    }
  });

  // A field with suggestions requests the names that match its text. Choosing a suggestion submits the form.
  let asked = 0;
  document.addEventListener("input", async (event) => {
    const field = event.target;
    if (!field.matches("[data-names]")) return;
    const offered = [...field.list.options].map((option) => option.value);
    const chosen = event.inputType === undefined || event.inputType === "insertReplacementText";
    if (chosen && offered.includes(field.value)) return field.form.requestSubmit();
    const mine = ++asked;
    await new Promise((done) => setTimeout(done, 150));
    if (mine !== asked) return;
    const answer = await fetch(`${field.dataset.names}?q=${encodeURIComponent(field.value)}`).catch(() => null);
    const names = answer?.ok ? await answer.json() : [];
    if (mine !== asked) return;
    field.list.replaceChildren(...names.map((name) => new Option(name, name)));
  });

  // The text to copy is the element before the button, or the one that `data-copy` selects. The result is shown beside
  // the button until it loses the focus.
  const says = (button, word, failed) => {
    const place = button.closest(".copy");
    button.dataset.words ??= button.textContent;
    button.textContent = word || button.dataset.words;
    if (!place) return;
    const wrong = one(".copy-failed", place);
    wrong.hidden = !failed;
    one("[role=status]", place).textContent = failed ? wrong.textContent : word;
  };
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    if (!button) return;
    const text = button.dataset.copy ? one(button.dataset.copy) : button.previousElementSibling;
    if (!button.dataset.copy) text.select();
    // Browsers provide the clipboard only to secure origins.
    const done = navigator.clipboard?.writeText(text.value).then(() => true, () => false);
    if (await done) says(button, button.dataset.done, false);
    else says(button, "", true);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target.matches("[data-words]")) says(target, "", false);
  });
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".copy > [readonly]")) target.select();
  });
  const show = () => {
    for (const hidden of all("[data-all], [data-copy]")) hidden.hidden = false;
  };
  show();

  const fresh = async () => {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  const replace = (page, selector) => {
    const [old, now] = [one(selector), one(selector, page)];
    if (old && now && old.innerHTML !== now.innerHTML) old.replaceWith(now);
  };

  // The theme and the switches of rows change without loading a new page. If that fails, the browser submits the form.
  const send = (form) => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const themes = ["system", "dark", "light"];
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-theme-switch]")) {
      event.preventDefault();
      const { theme } = form.elements;
      document.documentElement.dataset.theme = theme.value;
      const sent = send(form);
      theme.value = themes[(themes.indexOf(theme.value) + 1) % 3];
      await sent.catch(() => form.submit());
    } else if (form.matches("[data-stay]")) {
      event.preventDefault();
      const answer = await send(form).catch(() => null);
      if (!answer?.ok || new URL(answer.url).pathname !== location.pathname) return form.submit();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement.id;
      replace(page, "main");
      one(".toast")?.remove();
      const toast = page.querySelector(".toast");
      if (toast) document.body.append(toast);
      document.getElementById(focused)?.focus();
    }
  });

  const work = async () => {
    if (!one("[data-running]")) return;
    const page = await fresh().catch(() => null);
    if (page) replace(page, "main");
    setTimeout(work, 1000);
  };
  setTimeout(work, 1000);

  const place = one("[data-listen]");
  if (!place) return;
  const title = document.title;
  const ids = () => new Set(all("[data-event]").map((row) => row.dataset.event));
  const seen = ids();
  let [waiting, unread] = [false, 0];
  const look = async () => {
    waiting = false;
    // The page is not replaced while the reader is choosing something, also if that began during the request.
    const chosen =
      "[data-fresh] :is(input:checked, details[open], :focus-visible, .tip-button:focus), .log-filters :focus";
    if (one(chosen)) return later(2000);
    const page = await fresh().catch(() => null);
    if (!page) return;
    if (one(chosen)) return later(2000);
    for (const { dataset } of all("[data-fresh]")) replace(page, `[data-fresh="${dataset.fresh}"]`);
    show();
    for (const id of ids()) {
      if (!seen.has(id) && seen.add(id) && document.hidden) unread += 1;
    }
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  };
  const later = (wait = 400) => {
    if (!waiting) setTimeout(look, wait);
    waiting = true;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    document.title = title;
  });
  const live = (is) => {
    const mark = one("[data-live]");
    if (mark) mark.dataset.live = is ? "on" : "off";
  };
  const listen = (first) => {
    const source = new EventSource(place.dataset.listen);
    let missed = !first;
    source.onopen = () => {
      live(true);
      if (missed) later();
    };
    source.onmessage = () => later();
    source.onerror = () => {
      missed = true;
      live(false);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(false), 5000);
    };
  };
  listen(true);
})();
