// The search of the worklist: which rows a text finds, whatever the accents, the case and the
// columns shown.
(function () {
  "use strict";

  var LETTERS = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i" };
  var WHO = ["name", "id", "school", "grade"]; // where a number among other words is looked for
  var SHORTEST_PART = 4; // digits of a student number that find it

  // Lower case, no accents, no apostrophes, one space for all else that is no letter or digit.
  function folded(text) {
    return String(text).toLowerCase().normalize("NFKD").replace(/\p{M}+/gu, "")
      .replace(/[ßæœøđðłþı]/g, function (letter) { return LETTERS[letter]; })
      .replace(/['’ʼ`´]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }

  function areDigits(one, other) {
    return /^\d$/.test(one) && /^\d$/.test(other);
  }

  // Does a folded text hold a phrase? A number is not cut out of a longer one: 1 is not in 10.
  function holds(text, phrase) {
    var last = phrase.length - 1;
    for (var at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
      if (!areDigits(text.charAt(at - 1), phrase.charAt(0)) &&
        !areDigits(phrase.charAt(last), text.charAt(at + last + 1))) return true;
    }
    return false;
  }

  function inColumn(id, text, phrase) {
    if (id === "id" && phrase.length >= SHORTEST_PART) return text.indexOf(phrase) >= 0;
    return holds(text, phrase);
  }

  function inRow(row, phrase, columns) {
    return columns.some(function (id) { return inColumn(id, row[id], phrase); });
  }

  // rows: folded words by column, of every row. Gives the school that the text names exactly, or
  // "", and which rows are found.
  function finder(typed, schools, rows) {
    var quoted = /^\s*["“”].*["“”]\s*$/.test(typed);
    var phrase = folded(typed);
    var school = quoted ? "" : schools.filter(function (name) { return folded(name) === phrase; })[0] || "";
    if (!phrase) return { school: "", finds: function () { return true; } };
    if (school) return { school: school, finds: function (row) { return row.school === phrase; } };
    function whole(row) { return inRow(row, phrase, Object.keys(row)); }
    if (quoted || rows.some(whole)) return { school: "", finds: whole };
    var words = phrase.split(" ");
    return {
      school: "",
      finds: function (row) {
        return words.every(function (word) {
          return inRow(row, word, /^\d+$/.test(word) ? WHO : Object.keys(row));
        });
      }
    };
  }

  window.listSearch = { folded: folded, finder: finder };
})();
