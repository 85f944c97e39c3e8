// The phone's own position, asked for only when somebody presses the button.
"use strict";
(() => {
  const box = document.querySelector(".position");
  if (!box) return;
  const button = box.querySelector("[data-here]");
  const drop = box.querySelector("[data-drop]");
  const said = box.querySelector("[data-said]");
  const [lon, lat] = box.querySelectorAll("input[type=hidden]");
  const wait = 15000;
  const precise = 6; // decimals: a hand's breadth

  function attach(place, words) {
    lon.value = place.lon.toFixed(precise);
    lat.value = place.lat.toFixed(precise);
    said.textContent = words;
    drop.hidden = false;
    lon.dispatchEvent(new Event("input", { bubbles: true }));
  }

  box.addEventListener("photo", (event) => {
    if (!lon.value) attach(event.detail, box.dataset.photo);
  });
  drop.addEventListener("click", () => {
    lon.value = "";
    lat.value = "";
    said.textContent = "";
    drop.hidden = true;
    lon.dispatchEvent(new Event("input", { bubbles: true }));
    button.focus();
  });
  if (!navigator.geolocation) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    said.textContent = box.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      (found) => {
        const { longitude, latitude, accuracy } = found.coords;
        attach({ lon: longitude, lat: latitude }, box.dataset.found.replace("{0}", Math.round(accuracy)));
      },
      (error) => {
        said.textContent = error.code === error.PERMISSION_DENIED ? box.dataset.refused : box.dataset.none;
      },
      { enableHighAccuracy: true, timeout: wait, maximumAge: 60000 },
    );
  });
})();
