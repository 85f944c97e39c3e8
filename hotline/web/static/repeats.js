// Likely repeats beside the form while it is filled in; without it the button does the same.
"use strict";
(() => {
  const shown = document.getElementById("found");
  const english = document.documentElement.lang === "en";
  if (!shown || !window.fetch) return;
  const field = (name) => document.getElementById(name);
  const pause = 700; // milliseconds after the last key
  let timer = 0;
  let asked = "";
  let turn = 0;

  function typed() {
    // Who wants secrecy is not linked to other cases by a telephone number.
    const secret = field("anonymous").checked || field("confidential").checked || field("type").value === "report";
    return {
      title: field("title").value.slice(0, 200),
      content: field("content").value.slice(0, 20000),
      district: field("place.district").value.slice(0, 40),
      phone: secret ? "" : field("contact.phone").value.slice(0, 40),
    };
  }

  function element(kind, text, style) {
    const made = document.createElement(kind);
    made.textContent = text;
    if (style) made.className = style;
    return made;
  }

  function line(one) {
    const item = document.createElement("li");
    if (one.score !== undefined) item.append(element("strong", `${Math.round(one.score * 100)}%`), " ");
    const marks = [
      [one.same_caller, english ? "same caller" : "同一来电人"],
      [one.identical, english ? "same words" : "内容相同"],
      [one.same_area, english ? "same area" : "同一区域"],
    ];
    for (const [holds, words] of marks) if (holds) item.append(element("span", words, "mark"), " ");
    const link = element("a", one.number);
    link.href = `/office/cases/${one.number}`;
    link.target = "_blank";
    link.rel = "noopener";
    item.append(link, ` ${one.title} `, element("span", one.state_text, "hint"));
    if (one.shared && one.shared.length) {
      item.append(document.createElement("br"));
      const words = one.shared.map((phrase) => `“${phrase}”`).join("");
      item.append(element("span", (english ? "Shared words: " : "共同词语：") + words, "hint"));
    }
    return item;
  }

  function list(title, found) {
    if (!found.length) return [];
    const all = element("ul", "", "plain");
    all.append(...found.map(line));
    return [element("h2", `${title}（${found.length}）`), all];
  }

  async function look() {
    const told = typed();
    const body = JSON.stringify(told);
    if (body === asked || told.title.length + told.content.length + told.phone.length < 6) return;
    asked = body;
    const mine = ++turn;
    try {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch("/api/v1/repeats", { method: "POST", headers, body });
      if (!answer.ok || mine !== turn) return;
      const found = await answer.json();
      shown.replaceChildren(
        ...list(english ? "Likely repeats" : "可能重复", found.items),
        ...list(english ? "What else this caller brought lately" : "该来电人近期的其他诉求", found.caller),
      );
      shown.hidden = !shown.childElementCount;
    } catch (error) {
      // Not reachable just now: filing goes on, and the sweep finds what was missed.
    }
  }

  document.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
})();
