// Slides: fits them to their frame, turns the pages by key, touch and button, fetches files.
(function () {
  "use strict";

  var SWIPE = 50; // pixels a finger moves to turn a page
  var A_MINUTE = 60000;
  var current = null; // key of the slide on stage
  var making = null; // stops the file being made

  function all(selector) {
    return Array.prototype.slice.call(document.querySelectorAll(selector));
  }

  function one(selector) {
    return document.querySelector(selector);
  }

  function slides() {
    return all(".slides > .slide");
  }

  function place() {
    var keys = slides().map(function (slide) { return slide.dataset.key; });
    return Math.max(keys.indexOf(current), 0);
  }

  // --- On stage ------------------------------------------------------------------

  function fit() {
    var frame = one(".stage-frame");
    var slide = slides()[0];
    if (!frame || !slide) return;
    var width = parseFloat(slide.style.width);
    var height = parseFloat(slide.style.height);
    var isFull = document.fullscreenElement === frame;
    var scale = isFull
      ? Math.min(window.innerWidth / width, window.innerHeight / height)
      : frame.clientWidth / width;
    var stage = one(".slides");
    stage.style.width = width + "px";
    stage.style.height = height + "px";
    stage.style.transform = "scale(" + scale + ")";
    stage.style.marginLeft = isFull ? (window.innerWidth - width * scale) / 2 + "px" : "0";
    stage.style.marginTop = isFull ? (window.innerHeight - height * scale) / 2 + "px" : "0";
    frame.style.height = isFull ? "" : height * scale + "px";
  }

  function show(at) {
    var every = slides();
    if (!every.length) return;
    at = Math.min(Math.max(at, 0), every.length - 1);
    current = every[at].dataset.key;
    every.forEach(function (slide, number) {
      slide.classList.toggle("current", number === at);
      slide.setAttribute("aria-hidden", String(number !== at));
    });
    all(".slide-notes").forEach(function (notes) { notes.hidden = notes.dataset.key !== current; });
    all(".outline-name[data-to]").forEach(function (name) {
      if (name.dataset.to === current) name.setAttribute("aria-current", "true");
      else name.removeAttribute("aria-current");
    });
    one(".stage-place").textContent = "Slide " + (at + 1) + " of " + every.length;
    one("[data-turn='-1']").disabled = at === 0;
    one("[data-turn='1']").disabled = at === every.length - 1;
  }

  function staged() {
    window.requestAnimationFrame(function () {
      if (!one(".stage-frame")) return;
      fit();
      show(place());
    });
    return window.dash_clientside.no_update;
  }

  function turn(by) {
    show(place() + by);
  }

  function isTyping(target) {
    return target.closest("input, select, textarea, details, [contenteditable]") !== null;
  }

  document.addEventListener("keydown", function (event) {
    if (!slides().length || isTyping(event.target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var isFull = Boolean(document.fullscreenElement);
    var turns = { ArrowRight: 1, ArrowLeft: -1 };
    if (isFull) turns = Object.assign(turns, { PageDown: 1, PageUp: -1, " ": 1, ArrowDown: 1, ArrowUp: -1 });
    var ends = isFull ? { Home: 0, End: slides().length - 1 } : {};
    if (event.key in turns) turn(turns[event.key]);
    else if (event.key in ends) show(ends[event.key]);
    else return;
    event.preventDefault();
  });

  var touched = null;
  document.addEventListener("touchstart", function (event) {
    touched = event.target.closest(".stage-frame") ? event.changedTouches[0].clientX : null;
  }, { passive: true });
  document.addEventListener("touchend", function (event) {
    if (touched === null) return;
    var moved = event.changedTouches[0].clientX - touched;
    if (Math.abs(moved) > SWIPE) turn(moved < 0 ? 1 : -1);
    touched = null;
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-turn], [data-to], [data-file], .stage-full, .making-cancel");
    if (button === null) {
      if (document.fullscreenElement && event.target.closest(".stage-frame")) turn(1);
    } else if (button.dataset.turn) turn(Number(button.dataset.turn));
    else if (button.dataset.to) {
      show(slides().findIndex(function (slide) { return slide.dataset.key === button.dataset.to; }));
    } else if (button.dataset.file) fetchFile(button.dataset.file);
    else if (button.classList.contains("stage-full")) one(".stage-frame").requestFullscreen();
    else if (making) making.abort();
  });

  window.addEventListener("resize", fit);
  document.addEventListener("fullscreenchange", fit);

  // --- Files: lines of JSON tell how far the work is, the last one holds the file ------

  function told(words) {
    one(".made").textContent = words;
  }

  function progress(done, of) {
    var box = one(".making");
    box.hidden = false;
    var bar = box.querySelector("progress");
    bar.max = of || 1;
    bar.value = done;
    box.querySelector(".making-words").textContent =
      of ? done + " of " + of + " done" : "Working out the figures …";
  }

  function save(name, data) {
    var bytes = Uint8Array.from(window.atob(data), function (sign) { return sign.charCodeAt(0); });
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = name;
    link.click();
    // The browser may begin to read a while later.
    window.setTimeout(function () { URL.revokeObjectURL(link.href); }, A_MINUTE);
  }

  function heard(line) {
    var said = JSON.parse(line);
    if (said.error) told(said.error);
    else if (said.data) {
      save(said.name, said.data);
      told("Saved as " + said.name + ".");
    } else progress(said.done, said.of);
  }

  function listen(reader, decoder, rest) {
    return reader.read().then(function (part) {
      var lines = (rest + (part.value ? decoder.decode(part.value, { stream: true }) : "")).split("\n");
      var last = lines.pop();
      lines.forEach(heard);
      return part.done ? null : listen(reader, decoder, last);
    });
  }

  function fetchFile(kind) {
    if (making) making.abort();
    var mine = making = new AbortController();
    told("");
    progress(0, 0);
    fetch("/present/file", {
      method: "POST",
      headers: { "X-CSRFToken": window.dash_clientside.dashboard.token(), Accept: "application/json" },
      body: new URLSearchParams({ kind: kind, search: window.location.search, slide: current || "" }),
      signal: mine.signal
    }).then(function (answer) {
      if (!answer.ok) return answer.json().then(function (said) { told(said.error); });
      return listen(answer.body.getReader(), new TextDecoder(), "");
    }).catch(function (error) {
      told(error.name === "AbortError" ? "Cancelled."
        : "The file could not be made. Try again; if it stays, tell whoever runs the dashboard.");
    }).then(function () {
      if (making !== mine) return;
      making = null;
      one(".making").hidden = true;
    });
  }

  // --- Forms carry the session's token ---------------------------------------------

  document.addEventListener("submit", function (event) {
    if (!event.target.matches("[data-signed]")) return;
    var input = document.createElement("input");
    input.type = "hidden";
    input.name = "csrf_token";
    input.value = window.dash_clientside.dashboard.token();
    event.target.appendChild(input);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { present: { staged: staged } });
})();
