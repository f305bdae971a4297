"use strict";
// On a narrow screen the contents would fill the first pages: they begin closed.
if (matchMedia("(max-width: 40rem)").matches) {
  document.querySelector(".contents details")?.removeAttribute("open");
}
// The maps: a slider picks the year, a list the quantity. Values, colours and legends of all
// years are in the page; nothing is computed here.
for (const figure of document.querySelectorAll(".yearmap")) {
  const source = figure.querySelector("script");
  if (!source) continue; // a map of one period
  const data = JSON.parse(source.textContent);
  const slider = figure.querySelector("input");
  const choice = figure.querySelector("select");
  const shown = figure.querySelector("output");
  const when = figure.querySelector(".when");
  const legend = figure.querySelector(".legend");
  const picture = figure.querySelector("svg");
  const title = picture.getAttribute("aria-label");

  const drawLegend = (steps) => {
    legend.replaceChildren(...steps.map(([style, range]) => {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      swatch.className = `swatch ${style}`;
      swatch.setAttribute("aria-hidden", "true");
      item.append(swatch, range);
      return item;
    }));
  };

  const draw = () => {
    const place = Number(slider.value);
    const year = data.years[place];
    const measure = data.measures[choice ? choice.value : Object.keys(data.measures)[0]];
    for (const tile of picture.querySelectorAll(".tile")) {
      const region = tile.dataset.region;
      const value = measure.values[region][place];
      tile.setAttribute("class", `tile ${measure.styles[region][place]}`);
      tile.querySelector(".tile-value").textContent = value;
      tile.querySelector("title").textContent = `${data.names[region]}: ${value}`;
    }
    shown.textContent = year;
    when.textContent = choice ? `${measure.label}, ${year}` : year;
    slider.setAttribute("aria-valuetext", year);
    picture.setAttribute("aria-label", `${measure.label}, ${year}. ${title}`);
    drawLegend(measure.legend);
  };

  slider.addEventListener("input", draw);
  if (choice) choice.addEventListener("change", draw);
  figure.querySelector(".controls").hidden = false;
}

// Without a font for Chinese every character is the same box: say so instead of showing boxes.
const boxes = document.getElementById("no-font");
if (boxes) {
  const drawn = (letter) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.font = `32px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(letter, 4, 36);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  boxes.hidden = drawn("国") !== drawn("省");
}

// On a narrow screen the contents start folded.
const contents = document.querySelector(".contents details");
if (contents && window.matchMedia("(max-width: 68rem)").matches) contents.open = false;
