// Who else has this case open, and that it has moved on; only while the page is looked at.
"use strict";
(() => {
  const shown = document.getElementById("presence");
  if (!shown || !window.EventSource) return;
  const english = document.documentElement.lang === "en";
  const version = Number(shown.dataset.version);
  let stream = null;

  function line(text, link) {
    const part = document.createElement("p");
    part.append(text);
    if (link) {
      const again = document.createElement("a");
      again.href = location.pathname;
      again.textContent = link;
      part.append(" ", again);
    }
    return part;
  }

  function show({ others, version: now }) {
    const lines = [];
    if (others.length) {
      const names = others.map((one) => {
        const unit = one.department ? ` ${one.department}` : "";
        return english ? `${one.name} (${one.role}${unit})` : `${one.name}（${one.role}${unit}）`;
      });
      lines.push(line(english ? `Also at this case: ${names.join(", ")}` : `正在看这件诉求：${names.join("、")}`));
    }
    if (now > version) {
      lines.push(
        english
          ? line("The case has been changed since you opened it; what you type is kept.", "Show it")
          : line("这件诉求在您打开之后有了变化，您填写的内容会保留。", "查看最新"),
      );
    }
    shown.replaceChildren(...lines);
  }

  function begin() {
    if (stream || document.visibilityState !== "visible") return;
    stream = new EventSource(`/api/v1/events?case=${shown.dataset.case}&lang=${english ? "en" : "zh"}`);
    stream.addEventListener("presence", (event) => show(JSON.parse(event.data)));
  }

  // A browser opens six connections to a site: pages in the background keep none.
  function end() {
    if (stream) stream.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? begin() : end()));
  window.addEventListener("pagehide", end);
  window.addEventListener("pageshow", (event) => event.persisted && begin());
  begin();
})();
