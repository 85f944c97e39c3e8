// Files are sent as they are chosen, each with its progress, so that the form itself is quick to send.
"use strict";
(() => {
  const box = document.querySelector("[data-files]");
  if (!box || !window.XMLHttpRequest) return;
  const form = box.closest("form");
  const input = box.querySelector("input[type=file]");
  const words = box.dataset;
  const most = Number(words.most) * 1024 * 1024;
  const many = 10;
  const kinds = /^(image|audio|video)\/|pdf$|msword|excel|officedocument|^$/;
  let list = box.querySelector(".uploads");
  if (!list) {
    list = document.createElement("ul");
    list.className = "plain uploads";
    box.append(list);
  }
  const told = document.createElement("p");
  told.className = "wrong";
  told.setAttribute("role", "alert");
  box.append(told);

  const button = (text, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "link";
    made.textContent = text;
    made.addEventListener("click", action);
    return made;
  };

  function refused(file) {
    if (file.size > most) return `${file.name}：${words.large.replace("{0}", words.most)}`;
    return kinds.test(file.type) ? "" : `${file.name}：${words.kind}`;
  }

  function add(file) {
    const line = document.createElement("li");
    list.append(line);
    send(file, line);
  }

  function send(file, line) {
    const asked = new XMLHttpRequest();
    const bar = document.createElement("progress");
    const state = document.createElement("span");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} ${words.sending}`);
    state.className = "hint";
    state.textContent = words.sending;
    const stop = button(words.remove, () => {
      asked.abort();
      line.remove();
      input.focus();
    });
    line.dataset.busy = "yes";
    line.replaceChildren(`${file.name} `, bar, " ", state, " ", stop);
    asked.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.round((100 * event.loaded) / event.total);
      state.textContent = `${words.sending} ${bar.value}%`;
    });
    asked.addEventListener("load", () => (asked.status === 201 ? done(JSON.parse(asked.responseText), line) : failed(asked, file, line)));
    for (const end of ["error", "timeout"]) asked.addEventListener(end, () => failed(asked, file, line));
    asked.addEventListener("abort", () => delete line.dataset.busy);
    const where = form.elements.keep_position && form.elements.keep_position.checked ? "?position=tell" : "";
    asked.open("POST", `/api/v1/attachments${where}`);
    if (document.documentElement.lang === "en") asked.setRequestHeader("Accept-Language", "en");
    const body = new FormData();
    body.append("file", file, file.name);
    asked.send(body);
  }

  function done(kept, line) {
    delete line.dataset.busy;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "file_token";
    token.value = kept.token;
    const size = kept.size < 1048576 ? `${Math.ceil(kept.size / 1024)} kB` : `${(kept.size / 1048576).toFixed(1)} MB`;
    const state = document.createElement("span");
    state.className = "hint";
    state.textContent = `${size} · ${words.sent}`;
    const remove = button(words.remove, () => {
      line.remove();
      input.focus();
    });
    remove.setAttribute("aria-label", `${words.remove} ${kept.name}`);
    line.replaceChildren(token, `${kept.name} `, state, " ", remove);
    if (kept.position) document.querySelector(".position").dispatchEvent(new CustomEvent("photo", { detail: kept.position }));
  }

  function failed(asked, file, line) {
    delete line.dataset.busy;
    let why = words.failed;
    try {
      const problem = JSON.parse(asked.responseText);
      why = (problem.errors && problem.errors[0].message) || problem.detail || why;
    } catch (error) {
      // No answer at all, or none of ours.
    }
    const state = document.createElement("span");
    state.className = "wrong";
    state.setAttribute("role", "alert");
    state.textContent = why;
    const remove = button(words.remove, () => line.remove());
    line.replaceChildren(`${file.name} `, state, " ", button(words.retry, () => send(file, line)), " ", remove);
  }

  input.addEventListener("change", () => {
    const chosen = [...input.files];
    const room = many - list.querySelectorAll("li").length;
    const wrong = chosen.map(refused).filter(Boolean);
    const right = chosen.filter((file) => !refused(file));
    if (right.length > room) wrong.push(words.many);
    told.textContent = wrong.join(" ");
    right.slice(0, Math.max(room, 0)).forEach(add);
    input.value = "";
  });
})();
