// A print request at work: asks the server to go on, moment by moment, and shows how far it is.
// Without this script the button does one moment of work, and the server's own clock the rest.
"use strict";

const place = document.querySelector("[data-print-job]");

async function goOn() {
  const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
  const bar = place.querySelector("progress");
  let pause = 200;
  for (;;) {
    let told;
    try {
      const answer = await fetch(place.dataset.printJob, {
        method: "POST",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
      });
      if (answer.redirected || answer.status === 403) return;  // signed out: the page says so on reload
      if (!answer.ok) throw new Error(String(answer.status));
      told = await answer.json();
      // No progress: another process is at it, or was and is gone; its lease ends within a minute.
      pause = told.done + told.refused === bar.value ? Math.min(pause * 2, 5000) : 200;
    } catch {
      pause = Math.min(pause * 2, 30000);  // the network is away: the row is not
      await new Promise((done) => setTimeout(done, pause));
      continue;
    }
    bar.max = told.total;
    bar.value = told.done + told.refused;
    place.querySelector("[data-words]").textContent = told.words;
    if (told.state !== "open") {
      location.reload();
      return;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

if (place) goOn();
