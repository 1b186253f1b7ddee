// What the browser does by itself: keeps URL and filters in step, dresses figures in the theme
// and width of the screen, saves images, closes open filters.
(function () {
  "use strict";

  var DIMENSIONS = ["district", "grade", "modality", "visitor_type", "cohort"];
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

  function toSearch(choices, search) {
    var before = new URLSearchParams(search);
    var after = new URLSearchParams();
    DIMENSIONS.forEach(function (dimension, index) {
      choices[index].forEach(function (value) { after.append(dimension, value); });
    });
    before.forEach(function (value, name) {
      if (DIMENSIONS.indexOf(name) < 0) after.append(name, value);
    });
    var text = after.toString();
    return text ? "?" + text : "";
  }

  function withSearch(links, pathname, search) {
    return links.map(function (link) {
      var path = link.props.href.split("?")[0];
      var current = path === pathname;
      return Object.assign({}, link, {
        props: Object.assign({}, link.props, {
          href: path + search,
          className: current ? "nav-item current" : "nav-item"
        })
      });
    });
  }

  // Inputs: search, path, clear button, one list of values a filter, labels, navigation links.
  function sync(search, pathname, clear) {
    var rest = Array.prototype.slice.call(arguments, 3);
    var choices = rest.slice(0, DIMENSIONS.length);
    var known = rest[DIMENSIONS.length];
    var links = rest[DIMENSIONS.length + 1];
    var triggers = window.dash_clientside.callback_context.triggered.map(function (trigger) {
      return trigger.prop_id;
    });
    var fromFilters = triggers.some(function (id) { return id.indexOf("filter-") === 0; });
    var values = choices;
    var newSearch = search || "";
    if (!fromFilters) {
      var given = new URLSearchParams(newSearch);
      values = DIMENSIONS.map(function (dimension) {
        var wanted = given.getAll(dimension);
        return wanted.filter(function (value, index) {
          return value in known[dimension] && wanted.indexOf(value) === index;
        });
      });
    } else {
      if (triggers.indexOf("filter-clear.n_clicks") >= 0) {
        values = DIMENSIONS.map(function () { return []; });
      }
      newSearch = toSearch(values, newSearch);
    }
    var words = DIMENSIONS.map(function (dimension, index) {
      return said(values[index], known[dimension]);
    });
    document.documentElement.classList.toggle(
      "filtered", values.some(function (value) { return value.length > 0; }));
    return [newSearch === (search || "") ? noUpdate() : newSearch].concat(
      values.map(function (value, index) {
        return same(value, choices[index]) ? noUpdate() : value;
      }),
      words,
      [withSearch(links, pathname, newSearch)]
    );
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

  function colour(role, palette) {
    var parts = role.slice(1).split("/");
    var hex = palette[parts[0]];
    if (parts.length === 1) return hex;
    var channels = [1, 3, 5].map(function (at) { return parseInt(hex.slice(at, at + 2), 16); });
    return "rgba(" + channels.join(",") + "," + parts[1] + ")";
  }

  function coloured(part, palette) {
    if (typeof part === "string") return part.charAt(0) === "@" ? colour(part, palette) : part;
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
    else if (width < NARROW) (kind === "list" ? narrowList : narrowPanel)(copy.layout);
    return copy;
  }

  function dress(figure, theme, viewport, palettes) {
    if (!figure) return noUpdate();
    return dressed(figure, palettes[currentTheme()], window.innerWidth);
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

  // --- Buttons that change something on the server: a form with the session's token --------

  function cookie(name) {
    var found = document.cookie.split("; ").filter(function (part) {
      return part.indexOf(name + "=") === 0;
    })[0];
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function post(button) {
    var form = document.createElement("form");
    form.method = "post";
    form.action = button.dataset.post;
    var fields = {
      csrf_token: cookie("_csrf_token"),
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
    form.submit();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-post]");
    if (button) post(button);
  });

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
      sync: sync, dress: dress, switchTheme: switchTheme,
      downloadImage: downloadImage, copyLink: copyLink
    }
  });
})();
