"use strict";
(() => {
  const api = location.pathname.replace(/[^/]*$/, "");
  const $ = (selector, from) => (from || document).querySelector(selector);
  const make = (name, props, ...children) => {
    const e = Object.assign(document.createElement(name), props || {});
    e.append(...children);
    return e;
  };
  // plain is text without what reorders it, or is not to be seen.
  const plain = text => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "\ufffd");
  const message = text => { $("#message").textContent = plain(text); };

  // call sends a request, and says what went wrong in words.
  const call = async (method, path, body) => {
    const options = {method, headers: {}};
    if (body !== undefined) {
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const r = await fetch(api + path, options);
    const text = await r.text();
    const v = text && (r.headers.get("Content-Type") || "").startsWith("application/json") ? JSON.parse(text) : null;
    if (!r.ok) {
      throw new Error(v && v.problems ? v.problems.map(p => [p.field, p.message, p.remedy].filter(Boolean).join(": ")).join("\n") : "The server responded with " + r.status);
    }
    return v;
  };
  // act does what a button says, and shows the result.
  const act = async (button, f) => {
    if (button && button.getAttribute("aria-disabled") === "true") return;
    if (button) button.setAttribute("aria-disabled", "true"); // disabled, it would lose the focus
    try {
      message("");
      await f();
      await refresh();
    } catch (e) {
      message(e.message);
    } finally {
      if (button) button.removeAttribute("aria-disabled");
    }
  };
  const button = (text, label, f) => {
    const b = make("button", {type: "button", textContent: text});
    b.setAttribute("aria-label", plain(text + " " + label));
    b.addEventListener("click", () => act(b, f));
    return b;
  };

  const states = {"0": ["in process", "wait"], "1": ["ready", "good"], "-1": ["no results", ""], "-2": ["failed", "bad"], "-3": ["error", "bad"]};
  const time = text => new Date(text).toLocaleTimeString([], {hour12: false});
  const length = seconds => seconds ? Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0") : "";
  const cell = (text, kind) => make("td", {textContent: text === undefined || text === null ? "" : plain(text), className: kind || ""});

  // A table shows a page of a list. Rows that stay are left as they are, so that the focus stays where it is.
  const table = (id, path, {key, row, query, empty, limit}) => {
    const section = $("#" + id), body = $("tbody", section), pager = $(".pager", section), rows = new Map();
    const t = {id, offset: 0};
    const size = limit || 50;
    const columns = section.querySelectorAll("thead th").length;
    t.refresh = async () => {
      const q = new URLSearchParams({offset: t.offset, limit: size});
      for (const [name, value] of Object.entries(query ? query() : {})) if (value) q.set(name, value);
      const turn = t.turn = (t.turn || 0) + 1;
      const list = await call("GET", path + "?" + q);
      if (turn !== t.turn) return; // another question was asked since
      if (!list.items.length && t.offset > 0) {
        t.offset = Math.max(0, Math.floor((list.total - 1) / size) * size);
        return t.refresh();
      }
      t.show(list);
    };
    t.show = list => {
      const seen = new Set();
      let before = null;
      for (const item of list.items) {
        const k = String(key(item)), text = JSON.stringify(item);
        seen.add(k);
        let r = rows.get(k);
        if (!r || r.text !== text) {
          const tr = row(item);
          if (r) {
            const focused = document.activeElement, at = [...r.tr.querySelectorAll("button, a")].indexOf(focused);
            r.tr.replaceWith(tr);
            if (r.more) r.more.remove();
            if (at >= 0) (tr.querySelectorAll("button, a")[at] || tr.querySelector("button, a") || focused).focus();
          }
          r = {tr, text, more: null};
          tr.entry = r;
          rows.set(k, r);
        }
        const place = before ? (before.more || before.tr).nextSibling : body.firstChild;
        if (place !== r.tr) {
          body.insertBefore(r.tr, place);
          if (r.more) r.tr.after(r.more);
        }
        before = r;
      }
      for (const [k, r] of rows) if (!seen.has(k)) {
        r.tr.remove();
        if (r.more) r.more.remove();
        rows.delete(k);
      }
      const none = $("tr.nothing", body);
      if (none) none.remove();
      if (!list.items.length) body.append(make("tr", {className: "nothing"}, make("td", {colSpan: columns, className: "none", textContent: empty})));
      if (pager) t.page(list.total);
    };
    t.page = total => {
      if (total <= size && t.offset === 0) {
        pager.replaceChildren();
        return;
      }
      if (!pager.firstChild) {
        const move = by => async () => { t.offset = Math.max(0, t.offset + by); };
        pager.append(button("Newer", id, move(-size)), make("span"), button("Older", id, move(size)));
      }
      const [newer, where, older] = pager.children;
      newer.disabled = t.offset === 0;
      older.disabled = t.offset + size >= total;
      where.textContent = (t.offset + 1) + " to " + Math.min(t.offset + size, total) + " of " + total.toLocaleString();
    };
    return t;
  };
  // more shows what a row says in full below it, or hides that.
  const more = (text, label, fill) => {
    const b = make("button", {type: "button", textContent: text});
    b.setAttribute("aria-expanded", "false");
    b.setAttribute("aria-label", plain(text + " " + label));
    b.addEventListener("click", async () => {
      const tr = b.closest("tr"), r = tr.entry;
      if (r.more) {
        r.more.remove();
        r.more = null;
        b.setAttribute("aria-expanded", "false");
        return;
      }
      try {
        r.more = make("tr", {}, make("td", {colSpan: tr.children.length}, await fill()));
        tr.after(r.more);
        b.setAttribute("aria-expanded", "true");
      } catch (e) {
        message(e.message);
      }
    });
    return b;
  };
  const described = pairs => {
    const d = make("dl");
    for (const [name, text] of pairs) if (text) d.append(make("dt", {textContent: name}), make("dd", {}, make("pre", {textContent: plain(text), tabIndex: 0})));
    return d.firstChild ? d : make("p", {className: "none", textContent: "No body was kept."});
  };

  let reports = false;
  const showFile = async (id, name) => {
    const section = $("#file"), frame = $("iframe", section);
    const file = await call("GET", "files/" + encodeURIComponent(id));
    $("#h-file").textContent = "Results of " + plain(name);
    $("pre", section).textContent = plain(JSON.stringify(file, null, 2));
    frame.hidden = !reports;
    if (reports) frame.src = api + "files/" + encodeURIComponent(id) + "/report";
    $("details", section).open = !reports;
    section.hidden = false;
    section.focus();
  };
  $("#close-file").addEventListener("click", () => { $("#file").hidden = true; $("#files").focus(); });

  const field = (form, name) => () => $("#" + form).elements[name].value.trim();
  const tables = [
    table("containers", "containers", {
      key: c => c.id, empty: "There are no containers.", limit: 200,
      row: c => make("tr", {}, cell(c.id), cell(c.name), cell(c.region), cell(c.engine, "n"), cell(c.files.toLocaleString(), "n"), cell((c.states["0"] || 0).toLocaleString(), "n"), cell(c.has_callback ? "yes" : "no")),
    }),
    table("files", "files", {
      key: f => f.id, empty: "No files match.",
      query: () => ({search: field("file-filter", "search")(), state: field("file-filter", "state")(), container: field("file-filter", "container")().replace(/\D/g, "")}),
      row: f => {
        const [word, kind] = states[f.state] || ["state " + f.state, ""];
        const actions = make("td");
        actions.append(button("Results", "of " + f.name, () => showFile(f.id, f.name)), " ");
        if (f.state === 0) actions.append(button("Complete", f.name, () => call("POST", "files/" + encodeURIComponent(f.id) + "/complete")));
        else actions.append(button("Redeliver", f.name, () => call("POST", "files/" + encodeURIComponent(f.id) + "/redeliver")));
        return make("tr", {}, cell(f.name), cell(word, kind), cell(length(f.duration), "n"), cell(f.bytes.toLocaleString(), "n"), cell(time(f.created), "t"), cell(f.container_id, "n"), actions);
      },
    }),
    table("requests", "requests", {
      key: r => r.number, empty: "No requests yet.", limit: 25, query: () => ({op: field("request-filter", "op")()}),
      row: r => make("tr", {}, cell(r.number, "n"), cell(time(r.time), "t"), cell(r.op || "unknown"), cell(r.method + " " + r.path + (r.query ? "?" + r.query : "")), cell(r.body_bytes.toLocaleString(), "n"),
        cell(r.status || "none", r.status >= 400 || !r.status ? "n bad" : "n"), make("td", {}, more("Bodies", "of request " + r.number, async () => {
          const q = await call("GET", "requests/" + r.number);
          const headers = Object.entries(q.header || {}).map(([name, values]) => name + ": " + values.join(", ")).join("\n");
          return described([["Headers", headers], ["Request", q.body], ["Response", q.response]]);
        }))),
    }),
    table("callbacks", "deliveries", {
      key: d => d.number, empty: "No callbacks yet.", limit: 25,
      row: d => make("tr", {}, cell(d.number, "n"), cell(time(d.time), "t"), cell(d.file_id || d.stream_id), cell(d.status ? d.status : "none: " + (d.error || ""), d.status >= 200 && d.status < 300 ? "good" : "bad"),
        make("td", {}, more("Body", "of callback " + d.number, async () => described([["Body", d.body || d.body_base64]])))),
    }),
    table("tracks", "tracks", {
      key: t => t.acrid, empty: "The server has no tracks.", limit: 25,
      row: t => make("tr", {}, cell(t.title), cell(t.artists.join(", ")), cell(t.isrc), cell(t.acrid), cell(length(t.duration), "n"),
        make("td", {}, make("a", {href: api + "tracks/" + encodeURIComponent(t.acrid) + "/audio?to=30s", download: plain(t.title) + ".wav", textContent: "30 s of " + plain(t.title)}))),
    }),
    table("outcomes", "outcomes", {
      key: o => o.id, empty: "No outcomes: files are recognised by their content.", limit: 200,
      row: o => make("tr", {}, cell(o.id, "n"), cell(JSON.stringify(o.what)), make("td", {}, button("Remove", "outcome " + o.id, () => call("DELETE", "outcomes/" + o.id)))),
    }),
  ];
  const faults = table("faults", "faults", {
    key: f => f.of + f.id, empty: "No faults.",
    row: f => make("tr", {}, cell(f.id, "n"), cell(f.of === "faults" ? "requests" : "callbacks"), cell(JSON.stringify(f.what)), make("td", {}, button("Remove", "fault " + f.id, () => call("DELETE", f.of + "/" + f.id)))),
  });
  faults.refresh = async () => {
    const lists = await Promise.all(["faults", "callback-faults"].map(async of => (await call("GET", of + "?limit=200")).items.map(i => ({...i, of}))));
    faults.show({items: lists.flat(), total: 0});
  };
  tables.push(faults);

  const ops = new Set();
  const refresh = async () => {
    const s = await call("GET", "status");
    reports = s.reports;
    const c = s.counts, n = (count, word) => count.toLocaleString() + " " + word + (count === 1 ? "" : "s");
    const text = [n(c.containers, "container"), n(c.files, "file") + " (" + c.in_process.toLocaleString() + " in process)", n(c.requests, "request"), n(c.deliveries, "callback"), n(c.tracks, "track"), n(c.faults + c.callback_faults, "fault")].join(" · ");
    if ($("#counts").textContent !== text) $("#counts").textContent = text;
    await Promise.all(tables.map(t => t.refresh()));
    for (const r of document.querySelectorAll("#requests tbody tr td:nth-child(3)")) if (r.textContent.includes(".") && !ops.has(r.textContent)) {
      ops.add(r.textContent);
      $("#ops").append(make("option", {value: r.textContent}));
    }
  };

  for (const form of document.querySelectorAll("form.filter")) {
    form.addEventListener("submit", e => e.preventDefault());
    const own = tables.find(t => t.id === form.closest("section").id);
    form.addEventListener("input", async () => {
      own.offset = 0;
      try {
        await own.refresh();
      } catch (e) {
        message(e.message);
      }
    });
  }
  const submit = (id, f) => $("#" + id).addEventListener("submit", e => {
    e.preventDefault();
    const form = e.target;
    act($("button:not([type])", form), async () => { await f(form.elements); form.reset(); });
  });
  const base64 = file => new Promise((resolve, reject) => {
    const r = new FileReader();
    r.onload = () => resolve(r.result.slice(r.result.indexOf(",") + 1));
    r.onerror = () => reject(new Error("The file cannot be read."));
    r.readAsDataURL(file);
  });
  submit("add-track", async e => {
    const t = {};
    if (e.title.value.trim()) t.title = e.title.value.trim();
    if (e.artists.value.trim()) t.artists = [e.artists.value.trim()];
    if (e.file.files[0]) t.data_base64 = await base64(e.file.files[0]);
    await call("POST", "tracks", t);
  });
  submit("add-outcome", e => call("POST", "outcomes", Object.assign({verdict: e.verdict.value}, e.name.value.trim() ? {name: e.name.value.trim()} : {})));
  submit("add-fault", e => {
    const f = {};
    if (e.op.value.trim()) f.op = e.op.value.trim();
    if (e.times.value) f.times = Number(e.times.value);
    f[e.kind.value] = {status: Number(e.status.value), lose: true, forget: true, delay: "5s"}[e.kind.value];
    return call("POST", "faults", f);
  });
  $("#complete-all").addEventListener("click", e => act(e.target, () => call("POST", "complete")));
  $("#hour").addEventListener("click", e => act(e.target, () => call("POST", "clock", {advance: "1h"})));
  let sure = 0;
  $("#reset").addEventListener("click", e => {
    const b = e.target;
    if (!sure) {
      b.textContent = "Reset everything?";
      sure = setTimeout(() => { sure = 0; b.textContent = "Reset …"; }, 4000);
      return;
    }
    clearTimeout(sure);
    sure = 0;
    b.textContent = "Reset …";
    $("#file").hidden = true;
    act(b, () => call("POST", "reset"));
  });
  let paused = false;
  $("#pause").addEventListener("click", e => {
    paused = !paused;
    e.target.setAttribute("aria-pressed", String(paused));
  });
  let lost = false;
  const tick = async () => {
    try {
      if (!paused && !document.hidden) {
        await refresh();
        if (lost) message("");
        lost = false;
      }
    } catch (e) {
      lost = true;
      message("The server does not respond: " + e.message);
    }
    setTimeout(tick, 1000);
  };
  tick();
})();
