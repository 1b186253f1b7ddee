// Runs before the first paint, so that a dark screen never flashes white.
(function () {
  var chosen = null;
  try {
    chosen = window.localStorage.getItem("theme");
  } catch (error) {
    // Storage can be switched off; the system's own preference then decides.
  }
  var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", chosen || (dark ? "dark" : "light"));
})();
