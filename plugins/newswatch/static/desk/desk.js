"use strict";
// The desk's only script: theme, times, links out of Airflow's frame, acts, the conditional refresh, keys.
(() => {
  const root = document.documentElement;

  // Airflow's theme is a class on its own root element; outside its frame the system decides
  const outer = () => {
    try { return window.parent === window ? null : window.parent.document.documentElement; } catch { return null; }
  };
  const dress = () => {
    const airflow = outer();
    const system = window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = (airflow ? airflow.classList.contains("dark") : system) ? "dark" : "light";
    mails();
  };
  // a mail in its frame wears the same
  const mails = () => document.querySelectorAll("iframe[data-src]").forEach((one) => {
    const wanted = `${one.dataset.src}?theme=${root.dataset.theme}`;
    if (one.getAttribute("src") !== wanted) one.src = wanted;
  });
  dress();
  if (outer()) new MutationObserver(dress).observe(outer(), { attributes: true, attributeFilter: ["class"] });
  else window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);

  const clock = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const dated = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const ago = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
  const times = (where) => where.querySelectorAll("time").forEach((one) => {
    const when = new Date(one.dateTime), minutes = Math.round((when - Date.now()) / 60000), size = Math.abs(minutes);
    const near = size < 60 ? ago.format(minutes, "minute") : size < 1440 ? ago.format(Math.round(minutes / 60), "hour") : "";
    const exact = (size < 300000 ? clock : dated).format(when);
    one.textContent = near ? `${exact} (${near})` : exact;
  });

  const say = (text, wrong) => {
    const place = document.getElementById("said");
    place.textContent = text;
    place.className = wrong ? "wrong" : "";
  };
  const expired = () => {
    say("Your session in Airflow has ended; nothing was changed. ", true);
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Log in again";
    document.getElementById("said").append(link);
  };
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  let tag = null, busy = false;
  const renew = async () => {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) { expired(); return; }
      if (answer.status === 304) { note(""); times(document); return; }
      const page = parsed(await answer.text());
      if (!answer.ok) { note(page.querySelector("h1")?.textContent ?? ""); return; }
      tag = answer.headers.get("ETag");
      note("");
      swap(page.getElementById("main"));
    } catch { note("Airflow does not answer; the page will go on once it does."); } finally { busy = false; }
  };
  const note = (text) => {
    const place = document.getElementById("fresh");
    if (place) place.textContent = text;
    else if (text) say(text, true);
  };
  const swap = (fresh) => {
    const main = document.getElementById("main");
    if (!fresh || fresh.innerHTML === original) return;
    const before = original;
    original = fresh.innerHTML;
    if (before === null && !main.hasAttribute("data-refresh")) return;
    const focus = document.activeElement, path = main.contains(focus) ? focus.getAttribute("href") ?? focus.closest("article")?.querySelector("a")?.getAttribute("href") : null;
    const open = [...main.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
    main.replaceChildren(...document.importNode(fresh, true).childNodes);
    main.querySelectorAll("summary").forEach((one) => { if (open.includes(one.textContent)) one.parentElement.open = true; });
    if (path) [...main.querySelectorAll("a")].find((one) => one.getAttribute("href") === path)?.focus();
    times(main);
  };
  let original = null;

  const act = async (form) => {
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST", headers: { "X-Newswatch": "desk" }, body: new URLSearchParams(new FormData(form)),
      });
      const text = await answer.text();
      if (answer.status === 401) { expired(); return; }
      if (answer.ok && form.dataset.into) {
        document.getElementById(form.dataset.into).replaceChildren(...parsed(text).body.childNodes);
        times(document.getElementById(form.dataset.into));
        return;
      }
      if (answer.ok && form.dataset.then) { sessionStorage.setItem("said", text); location.assign(form.dataset.then); return; }
      say(text, !answer.ok);
      if (document.querySelector("main[data-refresh]")) { tag = null; await renew(); }
    } catch { say("Airflow does not answer, so nothing was done; try again.", true); } finally { button.disabled = false; }
  };

  const step = (by) => {
    const all = [...document.querySelectorAll("main article")];
    const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement.closest("article")) + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const VIEWS = { n: "", s: "/search", a: "/alerts", f: "/feeds", w: "/watchlist", d: "/digests" };
  let went = 0;
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const base = document.body.dataset.root;
    if (event.key === "/") { event.preventDefault(); const q = document.getElementById("q"); if (q) q.focus(); else location.assign(`${base}/search`); }
    else if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "g") went = Date.now();
    else if (event.key in VIEWS && Date.now() - went < 3000) location.assign(base + VIEWS[event.key]);
  };

  // the frame's sandbox lets no link out, but Airflow's own window may open one when a reader clicks
  const out = (event) => {
    const link = event.target.closest?.("a.out");
    if (!link || event.button > 1) return;
    event.preventDefault();
    window.parent.open(link.href, "_blank", "noopener,noreferrer");
  };

  document.addEventListener("click", out);
  document.addEventListener("auxclick", out);
  document.addEventListener("keydown", key);
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    event.preventDefault();
    act(event.target);
  });
  document.addEventListener("DOMContentLoaded", () => {
    times(document);
    mails();
    const facets = document.querySelector("details.facets");
    if (facets && !facets.querySelector("[aria-current]")) facets.open = !window.matchMedia("(max-width: 48rem)").matches;
    const told = sessionStorage.getItem("said");
    if (told) { sessionStorage.removeItem("said"); say(told, false); }
    if (location.pathname === `${document.body.dataset.root}/search`) document.getElementById("q")?.focus();
    const main = document.querySelector("main[data-refresh]");
    if (main) setInterval(() => { if (!document.hidden) renew(); }, 1000 * Number(main.dataset.refresh));
  });
})();
