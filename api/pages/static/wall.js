// The wall. Asks for one small piece of JSON every two seconds (304 while nothing changed) and
// changes only what differs; pictures are fetched only when their hash changed.
"use strict";
(() => {
  const POLL_MS = 2000, HIDDEN_POLL_MS = 10000, LOST_AFTER_MS = 8000;
  const SHAPES = { present: "●", absent: "▲", unknown: "?", closed: "○" };
  const ORDER = ["absent", "unknown", "present", "closed"];
  const KINDS = ["main", "branch", "township"], NINE = 9;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  function start(root, known) {
    const text = known.text;
    const tiles = new Map();
    const seenAlerts = new Set();
    let etag = "", wall = null, server = { now: 0, at: 0, speed: 1 }, heard = performance.now();
    let hall = "", state = "", firstAlerts = true, big = null, nine = false, turn = 0, held = false, turned = 0;

    // ---- frame of the page
    const left = make("div", "left"), aside = make("aside");
    const banner = make("div", "banner"); banner.setAttribute("role", "alert");
    const filters = make("div", "filters"), halls = make("div", "halls");
    const select = make("select"); select.setAttribute("aria-label", text.all_halls);
    select.append(new Option(text.all_halls, ""));
    filters.append(select);
    const buttons = new Map();
    for (const name of ["", ...ORDER]) {
      const button = make("button"); button.type = "button"; button.dataset.state = name;
      button.addEventListener("click", () => { state = name; sift(); });
      buttons.set(name, button); filters.append(button);
    }
    // 3×3 large pictures that take turns (九宫格轮巡)
    const nineButton = make("button", "nine-switch", "▦ " + text.nine); nineButton.type = "button";
    const pace = make("select", "nine-only"); pace.setAttribute("aria-label", text.pace);
    for (const seconds of [10, 20, 30, 60]) pace.append(new Option(seconds + text.second, String(seconds), seconds === 20, seconds === 20));
    const turnBar = make("span", "nine-only turns"), turnText = make("span");
    const turnButton = (label, name, run) => {
      const one = make("button", "", label); one.type = "button"; one.setAttribute("aria-label", name);
      one.addEventListener("click", run); return one;
    };
    const hold = turnButton("‖", text.hold, () => { held = !held; sift(); });
    turnBar.append(turnButton("◀", text.before, () => go(-1)), turnText, turnButton("▶", text.next, () => go(1)), hold);
    nineButton.addEventListener("click", () => { nine = !nine; turn = 0; turned = performance.now(); build(); });
    filters.append(nineButton, pace, turnBar);
    const when = make("span", "when"); filters.append(when);
    const nothing = make("p", "nothing", text.nothing);
    left.append(make("h1", "sr-only", text.title), filters, banner, nothing, halls);
    const alertHead = make("h2"), alertCount = make("span", "count zero", "0");
    alertHead.append(make("span", "", text.alerts), alertCount);
    const alertList = make("div", "alerts"); alertList.setAttribute("aria-live", "polite");
    const findingList = make("div", "registered");
    aside.append(alertHead, alertList, make("h2", "", text.registered), findingList);
    root.replaceChildren(left, aside);
    select.addEventListener("change", () => { hall = select.value; sift(); });

    // ---- time
    const now = () => server.now + (performance.now() - server.at) * server.speed;
    const clockText = (ms, withDate) => new Intl.DateTimeFormat("zh-CN", {
      timeZone: known.time_zone, hour12: false, hour: "2-digit", minute: "2-digit",
      second: "2-digit", ...(withDate ? { year: "numeric", month: "2-digit", day: "2-digit" } : {}),
    }).format(new Date(ms));
    const age = (seconds) => {
      if (seconds < 120) return Math.floor(seconds) + text.second;
      if (seconds < 7200) return Math.floor(seconds / 60) + text.minute;
      if (seconds < 172800) return Math.floor(seconds / 3600) + text.hour;
      return Math.floor(seconds / 86400) + text.day;
    };

    // ---- tiles; a picture is fetched only when it changed and its tile is on the screen
    const onScreen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        entry.target.tile.seen = entry.isIntersecting;
        if (entry.isIntersecting) fetchPicture(entry.target.tile);
      }
    }, { root: halls, rootMargin: "60px" });
    function fetchPicture(tile) {
      const camera = tile.camera, kind = nine ? "latest" : "thumbnail";
      if (!tile.seen || !camera.v || tile.v === kind + camera.v) return;
      tile.v = kind + camera.v;
      tile.img.src = `/api/v1/cameras/${camera.id}/${kind}.jpg?v=${camera.v}`;
    }
    function tileOf(camera) {
      let tile = tiles.get(camera.id);
      if (tile) return tile;
      const box = make("button", "tile"); box.type = "button"; box.dataset.camera = camera.id;
      const frame = make("div", "frame"), img = make("img"); img.alt = "";
      tile = { box, img, name: make("div", "name"), age: make("div", "age"),
               fault: make("div", "fault"), chips: make("div", "chips"), v: "", camera };
      img.addEventListener("error", () => { tile.v = ""; });
      frame.append(img, tile.fault, tile.name, tile.age);
      box.append(frame, tile.chips);
      box.addEventListener("click", () => enlarge(tile));
      box.tile = tile;
      tiles.set(camera.id, tile);
      onScreen.observe(box);
      return tile;
    }
    // Short enough for a small tile: what its section's heading says already is left out.
    function shortName(camera) {
      const hall = wall.halls.find((item) => item.id === camera.hall);
      const kindred = wall.halls.filter((item) => item.kind === hall.kind);
      const mates = wall.cameras.filter((item) => item.hall === hall.id).length;
      if (kindred.length === 1) return camera.name;
      let same = 0;
      while (same < hall.name.length - 2 &&
        kindred.every((item) => item.name[same] === hall.name[same])) same += 1;
      let place = hall.name.slice(same < 2 ? 0 : same);
      for (const ending of text.suffixes.split(" ")) {
        if (place.endsWith(ending) && place.length - ending.length >= 2) {
          place = place.slice(0, -ending.length);
        }
      }
      return mates === 1 ? place : place + " " + camera.name;
    }
    const chip = (name, label) => make("span", "chip " + name, SHAPES[name] + " " + label);
    function fill(tile, camera, names) {
      tile.camera = camera;
      put(tile.name, shortName(camera));
      tile.label = names.get(camera.hall) + " · " + camera.name;
      tile.box.title = [tile.label, ...camera.windows.map(told)].join("\n");
      fetchPicture(tile);
      const states = camera.windows.map((item) => item.state);
      const blind = camera.windows.length && states.every((name) => name === "unknown");
      const fault = camera.reason || (blind && camera.windows[0].reason) || "";
      tile.box.classList.toggle("absent", states.includes("absent"));
      tile.box.classList.toggle("faulty", Boolean(fault));
      put(tile.fault, fault ? known.reasons[fault] || fault : "");
      const signature = JSON.stringify([camera.windows, roomy()]);
      if (tile.signature !== signature) {
        tile.signature = signature;
        tile.chips.replaceChildren(...(roomy() ? each(camera) : grouped(states)));
      }
    }
    const roomy = () => root.classList.contains("roomy");
    const each = (camera) => camera.windows.map((item) => chip(item.state, told(item)));
    // A window in words; UNKNOWN always with its reason.
    const told = (item) => `${item.name} ${known.states[item.state] || item.state}`
      + (item.state === "unknown" ? ` (${known.reasons[item.reason] || item.reason})` : "");
    const grouped = (states) => ORDER.filter((name) => states.includes(name)).map((name) => {
      const count = states.filter((other) => other === name).length;
      return chip(name, known.states[name] + (count > 1 ? "×" + count : ""));
    });

    function build() {
      const names = new Map(wall.halls.map((item) => [item.id, item.name]));
      const kindOf = new Map(wall.halls.map((item) => [item.id, item.kind]));
      const place = new Map(wall.halls.map((item, index) => [item.id, index]));
      const structure = JSON.stringify([nine, wall.cameras.map((item) => [item.id, item.hall])]);
      if (structure !== halls.dataset.structure) {
        halls.dataset.structure = structure;
        halls.replaceChildren();
        const chosen = select.value;
        select.replaceChildren(new Option(text.all_halls, ""),
          ...wall.halls.map((item) => new Option(item.name, item.id)));
        select.value = chosen;
        for (const kind of nine ? ["nine"] : KINDS) {
          const here = wall.cameras.filter((item) => nine || kindOf.get(item.hall) === kind)
            .sort((a, b) => place.get(a.hall) - place.get(b.hall));
          if (!here.length) continue;
          const grid = make("div", "grid");
          grid.append(...here.map((camera) => tileOf(camera).box));
          const head = make("div", "kind");
          head.dataset.label = text[kind] || "";
          halls.append(head, grid);
        }
      }
      for (const camera of wall.cameras) fill(tileOf(camera), camera, names);
      sift();
    }

    function sift() {
      if (!wall) return;
      root.classList.toggle("nine", nine);
      nineButton.setAttribute("aria-pressed", String(nine));
      const chosen = [];
      for (const tile of inOrder()) {
        const camera = tile.camera;
        tile.fits = (!hall || camera.hall === hall) && (!state ||
          camera.windows.some((item) => item.state === state) ||
          (state === "unknown" && Boolean(camera.reason)));
        if (tile.fits) chosen.push(tile);
      }
      const turns = Math.max(1, Math.ceil(chosen.length / NINE));
      turn = (turn + turns) % turns;
      const shown = new Set(nine ? chosen.slice(NINE * turn, NINE * (turn + 1)) : chosen);
      for (const tile of tiles.values()) {
        const hidden = !shown.has(tile);
        if (tile.box.hidden !== hidden) tile.box.hidden = hidden;
      }
      nothing.hidden = chosen.length > 0 || !tiles.size;
      put(turnText, `${turn + 1}/${turns}`);
      put(hold, held ? "▷" : "‖");
      hold.setAttribute("aria-pressed", String(held));
      for (const head of halls.querySelectorAll(".kind")) {
        const shown = head.nextElementSibling.querySelectorAll(".tile:not([hidden])").length;
        head.hidden = head.nextElementSibling.hidden = !shown;
        put(head, `${head.dataset.label} · ${shown} ${text.cameras}`);
      }
      for (const [name, button] of buttons) {
        const label = name ? `${SHAPES[name]} ${known.states[name]} ${wall.counts[name]}`
          : text.all_states;
        put(button, label);
        button.className = name ? "chip " + name : "";
        button.setAttribute("aria-pressed", String(state === name));
      }
      fit();
    }

    const inOrder = () => [...halls.querySelectorAll(".tile")].map((box) => box.tile);
    function go(step) {
      turn += step;
      turned = performance.now();
      sift();
    }

    // As large as all tiles fit without scrolling, within reason.
    function fit() {
      const grids = [...halls.querySelectorAll(".grid:not([hidden])")];
      const counts = grids.map((grid) => grid.querySelectorAll(".tile:not([hidden])").length);
      const width = halls.clientWidth - 16, height = halls.clientHeight - 8;
      if (width < 50 || height < 50 || !counts.length) return;
      let chosen = 92;
      if (nine) chosen = Math.min((width - 8) / 3, (height / 3 - 70) * 16 / 9);
      else for (let columns = 2; columns <= 40; columns += 1) {
        const tile = (width - 4 * (columns - 1)) / columns;
        if (tile < 92) break;
        const bottom = tile >= 260 ? 62 : tile >= 165 ? 44 : 19;
        const rows = counts.reduce((sum, count) => sum + Math.ceil(count / columns), 0);
        const needed = rows * (tile * 9 / 16 + bottom + 6) + counts.length * (innerWidth >= 2200 ? 29 : 19);
        chosen = tile;
        if (needed <= height && tile <= 420) break;
      }
      halls.style.setProperty("--tile", Math.floor(chosen - 0.5) + "px");
      root.classList.toggle("huge", chosen >= 260);
      const large = chosen >= 165;
      if (large !== roomy()) {
        root.classList.toggle("roomy", large);
        for (const tile of tiles.values()) tile.signature = "";
        if (wall) build();
      }
    }

    // ---- alerts
    function notices() {
      put(alertCount, String(wall.standing));
      alertCount.classList.toggle("zero", wall.standing === 0);
      document.title = (wall.standing ? `(${wall.standing}) ` : "") + "在岗 OnPost";
      const alerts = wall.alerts.map((item) => {
        const stands = !item.cleared_at;
        const note = make(item.finding ? "a" : "div", "notice" + (stands ? " stands" : ""));
        note.dataset.alert = item.id;
        if (item.finding) note.href = "/findings/" + item.finding;
        const kind = known.kinds[item.kind] || item.kind;
        note.append(make("div", "", `${stands ? "▲" : "○"} ${kind} · ${item.window}`));
        const tail = stands ? text.since : text.over;
        note.append(make("div", "dim",
          `${item.hall_name} · ${clockText(Date.parse(item.since))} ${tail}`));
        if (!seenAlerts.has(item.id)) {
          seenAlerts.add(item.id);
          if (!firstAlerts) note.classList.add("fresh");
        }
        return note;
      });
      alertList.replaceChildren(...(alerts.length ? alerts : [make("div", "dim", text.none)]));
      const findings = wall.findings.map((item) => {
        const note = make("a", "notice" + (item.ended ? "" : " stands"));
        note.href = "/findings/" + item.id;
        note.dataset.finding = item.id;
        const kind = known.kinds[item.kind] || item.kind;
        note.append(make("div", "", `${kind} · ${item.window}`));
        note.append(make("div", "dim",
          `#${item.id} ${item.hall_name} · ${item.from} ${text.since} · ${age(item.proven_s)}`));
        return note;
      });
      findingList.replaceChildren(...(findings.length ? findings : [make("div", "dim", text.none)]));
      firstAlerts = false;
    }

    // ---- a tile enlarged (wall_big.js), its neighbours by the arrow keys
    const tools = { known, make, put, chip, told, clockText, SHAPES };
    function enlarge(tile) {
      big = onpostBig(tools, tile, (step) => {
        const shown = inOrder().filter((one) => one.fits);
        return shown[(shown.indexOf(big.tile) + step + shown.length) % shown.length];
      }, () => { big = null; });
    }
    // ---- once a second: ages grow by themselves, also when nothing arrives any more
    function tick() {
      if (!wall) return;
      for (const tile of tiles.values()) {
        const taken = tile.camera.taken_at;
        const seconds = taken ? Math.max(0, (now() - Date.parse(taken)) / 1000) : null;
        put(tile.age, seconds === null ? text.no_picture : age(seconds));
        tile.age.classList.toggle("old", seconds === null ||
          seconds > Math.max(30, 3 * tile.camera.period_s));
      }
      put(when, clockText(now(), true));
      const lost = performance.now() - heard > LOST_AFTER_MS;
      const trouble = lost ? text.lost : wall.record_fault
        ? `${text.record_fault}: ${wall.record_fault}` : wall.watching ? "" : text.not_watching;
      put(banner, trouble);
      banner.classList.toggle("shown", Boolean(trouble));
      if (big) big.refresh();
      if (nine && !held && !big && performance.now() - turned > 1000 * Number(pace.value)) go(1);
    }

    async function poll() {
      try {
        const headers = etag ? { "If-None-Match": etag } : {};
        const answer = await fetch("/api/v1/wall",
          { headers, cache: "no-store", signal: AbortSignal.timeout(6000) });
        if (answer.ok || answer.status === 304) {
          heard = performance.now();
          server = { now: Date.parse(answer.headers.get("OnPost-Now")), at: heard,
                     speed: Number(answer.headers.get("OnPost-Speed")) };
        }
        if (answer.ok) {
          etag = answer.headers.get("ETag");
          wall = await answer.json();
          build();
          notices();
          tick();
        }
      } catch (error) {
        if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
      } finally {
        setTimeout(poll, document.hidden ? HIDDEN_POLL_MS : POLL_MS);
      }
    }
    setInterval(tick, 1000);
    addEventListener("resize", fit);
    addEventListener("keydown", (event) => {
      if (document.querySelector("dialog[open]") || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "9") nineButton.click();
      else if (nine && event.key === "ArrowLeft") go(-1);
      else if (nine && event.key === "ArrowRight") go(1);
      else if (nine && event.key === "p") hold.click();
    });
    poll();
  }

  // NiceGUI puts the element in place after its own start.
  const wait = setInterval(() => {
    const root = document.getElementById("wall");
    const data = document.getElementById("wall-data");
    if (!root || !data) return;
    clearInterval(wait);
    start(root, JSON.parse(data.textContent));
  }, 50);
})();
