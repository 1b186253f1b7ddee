// What the browser does by itself: keeps URL and filters in step, dresses figures in the theme
// and width of the screen, saves images, closes open filters.
(function () {
  "use strict";

  var NARROW = 700; // pixels of a window; styles.css changes at the same width

  function noUpdate() {
    return window.dash_clientside.no_update;
  }

  // --- URL and filters ---------------------------------------------------------

  function said(values, labels) {
    if (!values.length) return "All";
    var words = values.map(function (value) { return labels[value]; });
    return words.length > 2 ? words.length + " chosen" : words.join(", ");
  }

  function toSearch(dimensions, choices, search) {
    var before = new URLSearchParams(search);
    var after = new URLSearchParams();
    dimensions.forEach(function (dimension, index) {
      choices[index].forEach(function (value) { after.append(dimension, value); });
    });
    before.forEach(function (value, name) {
      if (dimensions.indexOf(name) < 0) after.append(name, value);
    });
    var text = after.toString();
    return text ? "?" + text : "";
  }

  // A district's page has its district in the path; the filter shows it as the one chosen.
  function districtOf(pathname, known) {
    var found = /^\/districts\/([A-Za-z0-9]{1,20})\/?$/.exec(pathname || "");
    return found && known.district && found[1] in known.district ? found[1] : "";
  }

  var knownValues = {}; // labels by value of each filter

  // The filters that go along from a page to another. A district's page hands its district on as
  // a filter, but not to the table of all districts.
  function along(path, pathname, search, known) {
    var own = districtOf(pathname, known);
    if (!own) return search;
    var params = new URLSearchParams(search);
    params.delete("district");
    var others = params.toString();
    var given = [path === "/districts" ? "" : "district=" + own, others].filter(Boolean).join("&");
    return given ? "?" + given : "";
  }

  // Where a choice of districts on a district's page leads.
  function pathOf(districts) {
    return districts.length === 1 ? "/districts/" + districts[0] : "/districts";
  }

  function withSearch(links, pathname, search, known) {
    return links.map(function (link) {
      var path = link.props.href.split("?")[0];
      var current = path === pathname;
      return Object.assign({}, link, {
        props: Object.assign({}, link.props, {
          href: path + along(path, pathname, search, known),
          className: current ? "nav-item current" : "nav-item"
        })
      });
    });
  }

  function withDistricts(values, place, districts) {
    return values.map(function (value, index) { return index === place ? districts : value; });
  }

  // choices: a list of values for each filter there is, in the order of known: labels by value.
  function sync(search, pathname, clear, choices, known, links) {
    knownValues = known;
    var dimensions = Object.keys(known);
    var triggers = window.dash_clientside.callback_context.triggered.map(function (trigger) {
      return trigger.prop_id;
    });
    var cleared = triggers.indexOf("filter-clear.n_clicks") >= 0;
    var fromFilters = cleared || triggers.some(function (id) {
      return id.indexOf('"type":"filter"') >= 0;
    });
    var own = districtOf(pathname, known);
    var place = dimensions.indexOf("district");
    var values = choices;
    var newSearch = search || "";
    if (!fromFilters) {
      var given = new URLSearchParams(newSearch);
      values = dimensions.map(function (dimension) {
        var wanted = given.getAll(dimension);
        return wanted.filter(function (value, index) {
          return value in known[dimension] && wanted.indexOf(value) === index;
        });
      });
      if (own) values[place] = [own];
    } else if (own) {
      if (cleared) values = dimensions.map(function () { return []; });
      // Another district takes the place of the page's own.
      var districts = values[place].filter(function (value, _at, all) {
        return all.length === 1 || value !== own;
      });
      newSearch = toSearch(dimensions, withDistricts(values, place, []), newSearch);
      if (districts[0] !== own) {
        visit(pathOf(districts) + newSearch);
        return [noUpdate(), choices.map(noUpdate), choices.map(noUpdate), noUpdate()];
      }
    } else {
      if (cleared) values = dimensions.map(function () { return []; });
      newSearch = toSearch(dimensions, values, newSearch);
    }
    var words = dimensions.map(function (dimension, index) {
      return said(values[index], known[dimension]);
    });
    document.documentElement.classList.toggle(
      "filtered", values.some(function (value) { return value.length > 0; }));
    document.documentElement.classList.toggle("one-district", Boolean(own));
    return [
      newSearch === (search || "") ? noUpdate() : newSearch,
      values.map(function (value, index) {
        return same(value, choices[index]) ? noUpdate() : value;
      }),
      words,
      withSearch(links, pathname, newSearch, known)
    ];
  }

  function same(some, others) {
    return Boolean(others) && some.length === others.length &&
      some.every(function (value) { return others.indexOf(value) >= 0; });
  }

  // --- Theme -------------------------------------------------------------------

  function currentTheme() {
    return document.documentElement.getAttribute("data-bs-theme") || "light";
  }

  function switchTheme(clicks) {
    if (clicks) {
      var next = currentTheme() === "dark" ? "light" : "dark";
      document.documentElement.setAttribute("data-bs-theme", next);
      try {
        window.localStorage.setItem("theme", next);
      } catch (error) {
        // Without storage the choice lasts as long as the page.
      }
    }
    return [currentTheme(), currentTheme() === "dark" ? "Light" : "Dark"];
  }

  // --- Figures -----------------------------------------------------------------

  // A word that is no role of a colour stays a word, whatever it begins with.
  function colour(word, palette) {
    var parts = word.slice(1).split("/");
    if (word.charAt(0) !== "@" || !Object.hasOwn(palette, parts[0])) return word;
    var hex = palette[parts[0]];
    if (parts.length === 1) return hex;
    var channels = [1, 3, 5].map(function (at) { return parseInt(hex.slice(at, at + 2), 16); });
    return "rgba(" + channels.join(",") + "," + parts[1] + ")";
  }

  function coloured(part, palette) {
    if (typeof part === "string") return colour(part, palette);
    if (Array.isArray(part)) return part.map(function (item) { return coloured(item, palette); });
    if (part && typeof part === "object") {
      var copy = {};
      Object.keys(part).forEach(function (key) { copy[key] = coloured(part[key], palette); });
      return copy;
    }
    return part;
  }

  function narrowPanel(layout) {
    var curves = layout.annotations.filter(function (note) { return note.name === "curve"; }).length;
    var months = layout.meta.narrow_months;
    layout.xaxis.ticktext = layout.xaxis.tickvals.map(function (at, index) {
      return months.indexOf(at) < 0 ? "" : layout.xaxis.ticktext[index];
    });
    // Names at the line ends leave less room for numbers.
    var numbered = curves > 1 ? layout.meta.narrowest_months : months;
    layout.margin = Object.assign({}, layout.margin, { l: 46, r: curves > 1 ? 118 : 14, t: 48 });
    layout.annotations = layout.annotations.filter(function (note) {
      if (note.name === "baseline") return false;
      return note.name !== "students-n" || numbered.indexOf(note.x) >= 0;
    }).map(function (note) {
      var changed = Object.assign({}, note);
      if (note.name === "students-row") {
        // The row's name goes above its numbers.
        changed.xanchor = "left";
        changed.xshift = -40;
        changed.yshift = 2 * note.yshift + 50;
      } else if (note.name === "students-n") {
        changed.yshift = 2 * note.yshift + 34;
        changed.font = Object.assign({}, note.font, { size: 10.5 });
      } else if (note.name === "curve" && curves > 1) {
        changed.font = Object.assign({}, note.font, { size: 11 });
        changed.text = note.text.slice(0, note.text.indexOf("</b>") + 4);
      } else if (note.name === "curve") {
        changed.xanchor = "right";
        changed.xshift = 0;
        changed.yanchor = "bottom";
        changed.yshift = 10;
        changed.text = note.text.replace("<br>", " ");
      }
      return changed;
    });
    var rows = layout.annotations.filter(function (note) { return note.name === "students-row"; });
    layout.margin.b += 22 * rows.length;
    layout.height += 22 * rows.length;
  }

  function narrowList(layout) {
    // Names stay beside the dots; the figures are in the table.
    layout.annotations = layout.annotations.filter(function (note) { return note.name !== "value"; });
    layout.margin = Object.assign({}, layout.margin, { r: 12 });
  }

  function narrowCells(figure) {
    // School years lose their century, months keep every third name; the scale gets the width.
    var axis = figure.layout.xaxis;
    axis.ticktext = axis.ticktext.map(function (words, place) {
      if (/^\d{4}/.test(words)) return words.slice(2);
      return place % 3 ? "" : words;
    });
    figure.layout.margin = Object.assign({}, figure.layout.margin, { l: 118 });
    figure.data[0].marker.colorbar.len = 1;
  }

  function narrowTimeline(layout) {
    layout.annotations = [];
    layout.margin = Object.assign({}, layout.margin, { l: 46, r: 8 });
  }

  function narrowLines(layout) {
    layout.margin = Object.assign({}, layout.margin, { l: 46, r: 96 });
    layout.annotations.forEach(function (note) {
      note.font = Object.assign({}, note.font, { size: 11 });
    });
  }

  function narrowFlow(layout) {
    layout.margin = Object.assign({}, layout.margin, { r: 84 });
    layout.annotations.forEach(function (note) {
      note.font = Object.assign({}, note.font, { size: 11 });
    });
  }

  function narrowBars(figure) {
    figure.data.forEach(function (trace) {
      if (!trace.text) return;
      trace.text = trace.text.map(function (words) { return words.split("<br>")[0]; });
      trace.textfont = Object.assign({}, trace.textfont, { size: 11 });
    });
    figure.layout.xaxis.tickfont = Object.assign({}, figure.layout.xaxis.tickfont, { size: 11 });
  }

  // The last months alone, by name; what is missing stands in the data below.
  function narrowFreshness(layout, months) {
    var places = layout.meta.places.slice(-months);
    var names = layout.meta.names.slice(-months);
    layout.xaxis.range = [places[0] - 0.6, places[places.length - 1] + 0.6];
    layout.xaxis.tickvals = places;
    layout.xaxis.ticktext = names.map(function (words, place) { return place % 4 ? "" : words; });
    layout.annotations = layout.annotations.filter(function (note) { return note.name !== "gap"; });
    layout.margin = Object.assign({}, layout.margin, { l: 118, r: 8 });
  }

  function placePanels(layout, width) {
    var columns = Math.min(width < NARROW ? 1 : width < 1000 ? 2 : 3, layout.meta.panels);
    var rows = Math.ceil(layout.meta.panels / columns);
    layout.height = rows * layout.meta.panel_height;
    for (var number = 0; number < layout.meta.panels; number += 1) {
      var axis = number ? String(number + 1) : "";
      var row = Math.floor(number / columns);
      var column = number % columns;
      var left = column / columns;
      var top = 1 - row / rows;
      layout["xaxis" + axis].domain = [left + (column ? 0.025 : 0), left + 1 / columns - 0.005];
      layout["yaxis" + axis].domain = [top - 0.72 / rows, top - 0.06 / rows];
    }
  }

  function dressed(figure, palette, width) {
    var copy = coloured(figure, palette);
    var kind = copy.layout.meta.kind;
    if (kind === "panels") placePanels(copy.layout, width);
    else if (kind === "freshness") {
      if (width < 1000) narrowFreshness(copy.layout, width < NARROW ? 12 : 30);
    }
    else if (width < NARROW && kind === "bars") narrowBars(copy);
    else if (width < NARROW && kind === "cells") narrowCells(copy);
    else if (width < NARROW) {
      ({ list: narrowList, timeline: narrowTimeline, lines: narrowLines, flow: narrowFlow }[kind] || narrowPanel)(copy.layout);
    }
    return copy;
  }

  function dress(figure, theme, viewport, palettes) {
    if (!figure) return noUpdate();
    return dressed(figure, palettes[currentTheme()], window.innerWidth);
  }

  // A chart of which nothing may be shown (null) is not there: the one before would be of others.
  function draw(figure, theme, viewport, palettes) {
    return [dress(figure, theme, viewport, palettes), figure === null];
  }

  // --- Saving and sharing ------------------------------------------------------

  function downloadImage(wanted, palettes) {
    if (!wanted) return noUpdate();
    var figure = dressed(wanted.figure, palettes.light, 1200);
    var palette = palettes.light;
    var layout = figure.layout;
    layout.height += 110;
    layout.margin = Object.assign({}, layout.margin, {
      t: layout.margin.t + 66, b: layout.margin.b + 44
    });
    layout.title = {
      text: "<b>" + wanted.title + "</b>", x: 0.02, xanchor: "left", y: 0.97, yanchor: "top",
      yref: "container", font: { size: 20, color: palette.ink }
    };
    layout.annotations = layout.annotations.concat([{
      xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "bottom",
      xshift: 20 - layout.margin.l, yshift: 10 - layout.margin.b, align: "left",
      text: wanted.source, showarrow: false, font: { size: 12, color: palette.muted }
    }]);
    return window.Plotly.downloadImage(figure, {
      format: wanted.kind, width: 1200, height: layout.height, scale: wanted.kind === "png" ? 2 : 1,
      filename: wanted.name
    }).then(function () { return "Saved as " + wanted.kind.toUpperCase(); });
  }

  function copyLink(clicks) {
    if (!clicks) return noUpdate();
    return navigator.clipboard.writeText(window.location.href).then(
      function () { return "Link copied"; },
      function () { return "Copy the address above"; });
  }

  // --- The worklist: search, order and columns live in the URL ------------------------

  var GRID = "students-grid";
  var ORDER = "students-order"; // the list as last seen, for going on from student to student
  var KEPT = ["q", "sort", "columns"]; // what the browser does by itself
  var heard = new WeakSet(); // grids whose sorting is listened to

  function asked(search, before) {
    var params = new URLSearchParams(search || "");
    KEPT.forEach(function (name) { params.delete(name); });
    var text = params.toString() ? "?" + params.toString() : "";
    return text === before ? noUpdate() : text;
  }

  function write(changes) {
    var params = new URLSearchParams(window.location.search);
    Object.keys(changes).forEach(function (name) {
      if (changes[name]) params.set(name, changes[name]);
      else params.delete(name);
    });
    var search = params.toString() ? "?" + params.toString() : "";
    if (search !== window.location.search) window.dash_clientside.set_props("url", { search: search });
  }

  function withGrid(use) {
    window.dash_ag_grid.getApiAsync(GRID).then(use);
  }

  function writeSort(event) {
    if (event.source === "api") return;
    var sorted = event.api.getColumnState().filter(function (column) { return column.sort; })[0];
    write({ sort: sorted ? (sorted.sort === "desc" ? "-" : "") + sorted.colId : "" });
  }

  var looked = { text: "", schools: [] }; // what the list is searched for
  var rowWords = new WeakMap(); // a row -> its words by column, as the search compares them

  function wordsOf(api, row) {
    if (!rowWords.has(row)) {
      var words = {};
      api.getColumns().forEach(function (column) {
        var definition = column.getColDef(), value = row[definition.field];
        var tell = told[definition.cellRenderer];
        if (Array.isArray(value)) return; // a picture
        words[column.getColId()] = window.listSearch.folded(
          tell ? tell(value, definition.cellRendererParams) : value);
      });
      rowWords.set(row, words);
    }
    return rowWords.get(row);
  }

  function searchList(api) {
    var rows = [];
    api.forEachNode(function (node) { rows.push(wordsOf(api, node.data)); });
    var found = window.listSearch.finder(looked.text, looked.schools, rows);
    api.setGridOption("isExternalFilterPresent", function () { return Boolean(looked.text); });
    api.setGridOption("doesExternalFilterPass", function (node) {
      return found.finds(wordsOf(api, node.data));
    });
    api.onFilterChanged();
    tellFound(rows.length, api.getDisplayedRowCount(), found.school);
  }

  function tellFound(all, found, school) {
    var students = found === 1 ? "1 student" : count(found) + " students";
    var words = school ? students + " of " + school
      : looked.text ? count(found) + " of " + (all === 1 ? "1 student" : count(all) + " students")
        : students;
    window.dash_clientside.set_props("students-found", { children: words });
  }

  function applyList(text, columns, sort, schools) {
    withGrid(function (api) {
      if (!heard.has(api)) {
        heard.add(api);
        api.addEventListener("sortChanged", writeSort);
        api.addEventListener("rowDataUpdated", function (event) { searchList(event.api); });
      }
      looked = { text: text.trim(), schools: schools };
      searchList(api);
      api.getColumns().forEach(function (column) {
        var id = column.getColId();
        if (id !== "name") api.setColumnsVisible([id], columns.indexOf(id) >= 0);
      });
      var wanted = sort ? [{ colId: sort.replace(/^-/, ""), sort: sort[0] === "-" ? "desc" : "asc" }] : [];
      api.applyColumnState({ state: wanted, defaultState: { sort: null } });
    });
  }

  // Inputs: search of the URL, columns shown at first, text of the search box, columns chosen,
  // the schools offered under the search box.
  function keepList(search, first, text, columns, offered) {
    if (!first || !first.length) return [noUpdate(), noUpdate(), noUpdate()];
    var fromPage = window.dash_clientside.callback_context.triggered.some(function (trigger) {
      return /^students-(search|columns)\./.test(trigger.prop_id);
    });
    if (fromPage) {
      write({ q: text, columns: same(columns, first) ? "" : columns.join(",") });
    } else {
      var params = new URLSearchParams(search || "");
      text = params.get("q") || "";
      columns = params.get("columns") ? params.get("columns").split(",") : first;
    }
    var schools = (offered || []).map(function (option) { return option.props.value; });
    applyList(text || "", columns, new URLSearchParams(window.location.search).get("sort"), schools);
    return fromPage ? [noUpdate(), noUpdate(), noUpdate()] : [noUpdate(), text, columns];
  }

  function listed() {
    var ids = [];
    window.dash_ag_grid.getApi(GRID).forEachNodeAfterFilterAndSort(function (node) {
      ids.push(node.data.id);
    });
    return ids;
  }

  function wantList(xlsx, csv, search) {
    if (!xlsx && !csv) return noUpdate();
    var kind = window.dash_clientside.callback_context.triggered[0].prop_id.indexOf("xlsx") >= 0;
    return {
      kind: kind ? "xlsx" : "csv", ids: listed(), search: search, text: looked.text, at: Date.now()
    };
  }

  function visit(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function follow(click) {
    var href = click && click.points[0].customdata;
    if (href) visit(href);
    return noUpdate();
  }

  function openStudent(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.sessionStorage.setItem(ORDER, JSON.stringify(listed()));
    visit(event.currentTarget.getAttribute("href"));
  }

  function count(number) {
    return number.toLocaleString("en-US");
  }

  var cells = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};

  cells.StudentLink = function (props) {
    return window.React.createElement("a", {
      href: "/students/" + encodeURIComponent(props.data.id) + window.location.search,
      onClick: openStudent, tabIndex: -1
    }, props.value);
  };

  cells.Told = function (props) {
    return props.data[props.colDef.field + "_told"];
  };

  cells.DistrictLink = function (props) {
    return window.React.createElement("a", {
      href: props.data.href, tabIndex: -1,
      onClick: function (event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        visit(props.data.href);
      }
    }, props.value);
  };

  // What a cell says of its value: to those who read it and to the search.
  var told = {
    Percent: function (value) {
      return value === null || value === undefined ? "–" : value + " %";
    },
    Count: function (value) {
      return value === null || value === undefined ? "–" : count(value);
    },
    Day: function (value) {
      return new Date(value + "T00:00").toLocaleDateString(
        "en-US", { day: "numeric", month: "short", year: "numeric" });
    },
    Need: function (value, given) { return given.words[value]; }
  };

  ["Percent", "Count", "Day"].forEach(function (kind) {
    cells[kind] = function (props) { return told[kind](props.value); };
  });

  cells.Need = function (props) {
    return window.React.createElement(
      "span", { className: "need need-" + props.value }, told.Need(props.value, props));
  };

  // Attendance around the first contact, 0 to 100 %; the dotted line is the visit.
  cells.Picture = function (props) {
    var element = window.React.createElement;
    var months = props.value || [];
    var low = props.low || 0; // per cent at the foot
    var step = 124 / Math.max(months.length - 1, 1);
    var known = months.map(function (rate, at) { return { at: at, rate: rate }; })
      .filter(function (month) { return month.rate !== null; });
    function x(at) { return (6 + at * step).toFixed(1); }
    function y(rate) { return (27 - 24 * Math.max(rate - low, 0) / (100 - low)).toFixed(1); }
    function line(part, name) {
      return element("polyline", {
        key: name, className: name, fill: "none",
        points: part.map(function (month) { return x(month.at) + "," + y(month.rate); }).join(" ")
      });
    }
    if (!known.length) return "–";
    var visit = -props.first;
    var last = known[known.length - 1];
    return element("svg", {
      width: 136, height: 30, role: "img",
      "aria-label": "From " + known[0].rate + " % to " + last.rate + " %"
    }, [
      element("line", { key: "visit", className: "visit", x1: x(visit), x2: x(visit), y1: 2, y2: 28 }),
      line(known.filter(function (month) { return month.at <= visit; }), "before"),
      line(known.filter(function (month) { return month.at >= visit; }), "after"),
      element("circle", { key: "last", cx: x(last.at), cy: y(last.rate), r: 2.5 })
    ]);
  };

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.classList.contains("ag-cell")) return;
    var link = event.target.querySelector("a");
    if (link) link.click();
  });

  // Neighbours of a student in the list as last seen; the page has links for them.
  function neighbours(opened, path, search) {
    var order = [];
    var student = decodeURIComponent((path || "").split("/")[2] || "");
    try {
      order = JSON.parse(window.sessionStorage.getItem(ORDER) || "[]");
    } catch (error) {
      // Without storage there is no list to go on in.
    }
    var place = order.indexOf(student);
    function link(at) {
      return place >= 0 && at >= 0 && at < order.length
        ? "/students/" + encodeURIComponent(order[at]) + (search || "") : "";
    }
    var said = place >= 0 ? count(place + 1) + " of " + count(order.length) : "";
    return [link(place - 1), link(place - 1) ? "button quiet" : "button quiet off", link(place + 1),
      link(place + 1) ? "button quiet" : "button quiet off", said, "/students" + (search || "")];
  }

  document.addEventListener("keydown", function (event) {
    if (event.altKey || event.ctrlKey || event.metaKey || /INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) return;
    var id = { ArrowLeft: "student-previous", ArrowRight: "student-next" }[event.key];
    var link = id && document.getElementById(id);
    if (link && link.getAttribute("href")) link.click();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("#student-print")) window.print();
  });

  // --- Buttons that change something on the server: a form with the session's token --------

  function token() {
    var found = /(?:^|; )_csrf_token=([^;]*)/.exec(document.cookie);
    return found ? decodeURIComponent(found[1]) : "";
  }

  function post(button) {
    var form = document.createElement("form");
    form.method = "post";
    form.action = button.dataset.post;
    var fields = {
      csrf_token: token(),
      next: window.location.pathname + window.location.search
    };
    if (button.dataset.role) fields.role = button.dataset.role;
    Object.keys(fields).forEach(function (name) {
      var input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = fields[name];
      form.appendChild(input);
    });
    document.body.appendChild(form);
    try {
      window.sessionStorage.removeItem(ORDER);
    } catch (error) {
      // Nothing was stored then.
    }
    form.submit();
  }

  // Links that stand in a page as it came: the filters of the moment go along.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a.keeps-filters, a.several");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    var path = link.getAttribute("href");
    var to = link.classList.contains("several") ? "" : path; // as a filter of whatever page
    visit(path + along(to, window.location.pathname, window.location.search, knownValues));
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-post]");
    if (button && (!button.dataset.asks || window.confirm(button.title + "?"))) post(button);
  });

  // --- Questions that are refused: asked again, or told in the server's words ----------------

  var TOO_MANY = 429;
  var PAUSES = [1000, 2000, 4000]; // milliseconds
  var ask = window.fetch;

  function pause(length) {
    return new Promise(function (done) { window.setTimeout(done, length); });
  }

  // Several pages opened at once ask more than one person is answered at a time.
  function askPatiently(address, options, pauses) {
    return ask(address, options).then(function (answer) {
      if (answer.status !== TOO_MANY || !pauses.length) return answer;
      return pause(pauses[0]).then(function () {
        return askPatiently(address, options, pauses.slice(1));
      });
    });
  }

  function tellRefusal(answer) {
    return answer.clone().json().then(function (said) {
      if (!said.error) return;
      window.dash_clientside.set_props("notices", {
        children: [{ type: "P", namespace: "dash_html_components", props: { children: said.error } }]
      });
    }).catch(function () {
      // A proxy's page in the place of an answer has no words for readers.
    });
  }

  window.fetch = function (address, options) {
    if (String(address).indexOf("/_dash-") < 0) return ask(address, options);
    return askPatiently(address, options, PAUSES).then(function (answer) {
      if (!answer.ok) tellRefusal(answer);
      return answer;
    });
  };

  // --- Open filters close when attention moves elsewhere -------------------------

  function closeFilters(except) {
    document.querySelectorAll("details.filter[open]").forEach(function (filter) {
      if (filter !== except) filter.removeAttribute("open");
    });
  }

  document.addEventListener("click", function (event) {
    closeFilters(event.target.closest("details.filter"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var open = document.querySelector("details.filter[open]");
    closeFilters(null);
    if (open) open.querySelector("summary").focus();
  });

  var wasNarrow = null;
  window.addEventListener("resize", function () {
    var columns = [NARROW, 1000].filter(function (width) { return window.innerWidth >= width; }).length;
    if (columns === wasNarrow) return;
    wasNarrow = columns;
    window.dash_clientside.set_props("viewport", { data: columns });
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    dashboard: {
      sync: sync, draw: draw, dress: dress, switchTheme: switchTheme,
      downloadImage: downloadImage, copyLink: copyLink,
      asked: asked, keepList: keepList, wantList: wantList, neighbours: neighbours,
      follow: follow, token: token
    }
  });
})();
