// Uploads: a zip file is chosen or dropped, sent as it is, and its progress shown.
(function () {
  "use strict";

  var A_MEGABYTE = 1048576;
  var sending = null; // stops the file being sent
  var WORDS = {
    0: "The connection broke. Try again.",
    400: "The page is too old to be trusted, or the connection broke: load the page and try again.",
    401: "Your session has ended: sign in again.",
    403: "You may not load deliveries. Whoever runs the dashboard can give you the right.",
    413: "The zip file is too large."
  };

  function part(name) {
    return document.querySelector(".drop " + name);
  }

  function told(words) {
    part(".drop-said").textContent = words;
  }

  function progress(done, of) {
    part("progress").value = of ? done / of : 0;
    part(".making-words").textContent = done < of
      ? (done / A_MEGABYTE).toFixed(1) + " of " + (of / A_MEGABYTE).toFixed(1) + " MB sent"
      : "Sent. It is being checked …";
  }

  function busy(is) {
    part(".making").hidden = !is;
    part(".drop-choose").disabled = is;
  }

  function heard(request) {
    var answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch (error) {
      // A page in the place of an answer: its status says enough.
    }
    if (request.status === 202) {
      told("");
      window.dash_clientside.set_props("data-sent", { data: answer });
    } else told(answer.error || WORDS[request.status] || "It could not be sent. Try again.");
  }

  function send(file) {
    var drop = document.querySelector(".drop");
    var most = Number(drop.dataset.largest);
    if (sending) return;
    if (file.size > most) {
      told(file.name + " is larger than " + most / A_MEGABYTE + " MB. Deliver fewer months at a time.");
      return;
    }
    var request = sending = new XMLHttpRequest();
    request.open("POST", drop.dataset.path + "?name=" + encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", "application/zip");
    request.setRequestHeader("X-CSRFToken", window.dash_clientside.dashboard.token());
    request.upload.addEventListener("progress", function (event) { progress(event.loaded, event.total); });
    request.addEventListener("loadend", function () {
      sending = null;
      if (!document.querySelector(".drop")) return; // another page was opened meanwhile
      busy(false);
      if (request.cancelled) told("Cancelled.");
      else heard(request);
    });
    told("");
    progress(0, file.size);
    busy(true);
    request.send(file);
  }

  function choose() {
    var input = document.createElement("input");
    input.type = "file";
    input.accept = ".zip";
    input.addEventListener("change", function () { if (input.files[0]) send(input.files[0]); });
    input.click();
  }

  document.addEventListener("click", function (event) {
    if (event.target.closest(".drop-choose")) choose();
    else if (event.target.closest(".drop-cancel") && sending) {
      sending.cancelled = true;
      sending.abort();
    }
  });

  // A file dropped beside the card is not opened in the page's place.
  ["dragover", "drop"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var drop = document.querySelector(".drop");
      if (!drop) return;
      event.preventDefault();
      drop.classList.toggle("over", name === "dragover" && Boolean(event.target.closest(".drop")));
      var file = name === "drop" && event.target.closest(".drop") && event.dataTransfer.files[0];
      if (file) send(file);
    });
  });
})();
