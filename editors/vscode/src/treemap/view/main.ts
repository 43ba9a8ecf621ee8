/** The treemap: area is lines, colour is a metric against its threshold. */

import "./main.css";

import { METRICS, type Metric } from "../../protocol";
import type { FromView, ToView } from "../messages";
import { tree, trail, type Node } from "./model";
import { neighbour, tiles, type Tile } from "./tiles";
import { count, level, sentence } from "./wording";

interface State {
  readonly metric: Metric;
  /** What is shown as the whole. */
  readonly path: string;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  getState(): State | undefined;
  setState(state: State): void;
};

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const api = acquireVsCodeApi();
let state = api.getState() ?? { metric: "cyclomatic_complexity", path: "" };
let root: Node | undefined;
let shown: Tile[] = [];
const drawn = new Map<Element, Tile>();

const metric = element("select", { id: "metric" });
metric.append(...METRICS.map((name) => new Option(name.replaceAll("_", " "), name)));
const label = element("label", { textContent: "Metric", htmlFor: "metric" });
const path = element("nav", { ariaLabel: "Shown part of the workspace" });
const total = element("output", { className: "total" });
const head = element("header");
head.append(label, metric, path, total);
const map = element("main", { ariaLabel: "Treemap" });
const details = element("p", { className: "details", ariaLive: "polite" });
const legend = element("p", { className: "legend" });
for (const [name, words] of [
  ["low", "up to half of the threshold"],
  ["medium", "up to four fifths"],
  ["high", "within it"],
  ["over", "over it"],
  ["far", "far over it"],
  ["plain", "not judged"],
] as const) {
  const swatch = element("span", { className: `swatch ${name}` });
  legend.append(swatch, ` ${words} `);
}
const foot = element("footer");
foot.append(details, legend);
document.body.append(head, map, foot);

window.addEventListener("message", ({ data }: MessageEvent<ToView>) => {
  if (data.kind === "trouble") {
    root = undefined;
    draw();
    total.textContent = data.text;
    return;
  }
  root = tree(data.files, data.metric);
  metric.value = data.metric;
  draw();
});
metric.addEventListener("change", () => {
  const chosen = METRICS.find((name) => name === metric.value);
  if (chosen !== undefined) {
    remember({ ...state, metric: chosen });
    api.postMessage({ kind: "wanted", metric: chosen });
  }
});
map.addEventListener("click", ({ target }) => {
  const tile = tileOf(target);
  if (tile) {
    follow(tile);
  }
});
for (const event of ["focusin", "pointerover"] as const) {
  map.addEventListener(event, ({ target }) => {
    const tile = tileOf(target);
    details.textContent = tile ? sentence(tile.node) : "";
  });
}
map.addEventListener("keydown", (event) => {
  const tile = tileOf(event.target);
  const direction = DIRECTIONS[event.key];
  if (tile && direction) {
    const next = neighbour(shown, tile, direction);
    if (next) {
      focus(next);
    }
    event.preventDefault();
  } else if (event.key === "Escape" || event.key === "Backspace") {
    const around = root ? trail(root, state.path).at(-2) : undefined;
    if (around) {
      zoom(around, state.path);
    }
    event.preventDefault();
  }
});
new ResizeObserver(draw).observe(map);
api.postMessage({ kind: "wanted", metric: state.metric });

/** Draws what there is to show. */
function draw(): void {
  drawn.clear();
  map.replaceChildren();
  path.replaceChildren();
  if (root === undefined) {
    return;
  }
  const around = trail(root, state.path);
  const whole = around.at(-1) ?? root;
  path.append(...around.map((node, index) => step(node, index === around.length - 1)));
  const violations = whole.violations === 0 ? "no violations" : count(whole.violations, "violation");
  total.textContent = `${violations} · ${count(whole.lines, "line")}`;
  shown = tiles(whole, { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight });
  for (const tile of shown) {
    const button = tileElement(tile);
    drawn.set(button, tile);
    map.append(button);
  }
  const [first] = drawn.keys();
  first?.setAttribute("tabindex", "0");
}

function step(node: Node, isLast: boolean): HTMLElement {
  const button = element("button", { textContent: node.path === "" ? "workspace" : node.name });
  if (isLast) {
    button.setAttribute("aria-current", "true");
  }
  button.addEventListener("click", () => {
    zoom(node, state.path);
  });
  return button;
}

function tileElement({ node, box, isFrame }: Tile): HTMLElement {
  const shade = level(node.judged ?? (isFrame ? undefined : node.worst));
  const button = element("button", {
    className: `tile ${isFrame ? "frame" : ""} ${node.kind === "rest" ? "rest" : shade}`,
    ariaLabel: sentence(node),
    tabIndex: -1,
  });
  Object.assign(button.style, {
    left: `${box.x}px`,
    top: `${box.y}px`,
    width: `${box.width}px`,
    height: `${box.height}px`,
  });
  const isLarge = isFrame || (box.width > 40 && box.height > 16);
  if (isLarge) {
    button.append(element("span", { textContent: node.name }));
    const value = node.judged;
    if (value !== undefined && !isFrame && box.height > 34) {
      button.append(element("b", { textContent: String(Math.round(value.value * 100) / 100) }));
    }
  }
  return button;
}

/** Goes into a frame, or to the code of what is not divided any further. */
function follow({ node }: Tile): void {
  if (node.children.length > 0) {
    zoom(node, "");
  } else if (node.place) {
    api.postMessage({ kind: "open", ...node.place });
  }
}

/** Shows a node as the whole, with the focus on what is at a path in it. */
function zoom(node: Node, focused: string): void {
  remember({ ...state, path: node.path });
  draw();
  const tile = shown.find((one) => one.node.path === focused) ?? shown[0];
  if (tile) {
    focus(tile);
  }
}

function focus(tile: Tile): void {
  for (const [button, one] of drawn) {
    button.setAttribute("tabindex", one === tile ? "0" : "-1");
    if (one === tile && button instanceof HTMLElement) {
      button.focus();
    }
  }
}

function tileOf(target: EventTarget | null): Tile | undefined {
  const button = target instanceof Element ? target.closest(".tile") : null;
  return button ? drawn.get(button) : undefined;
}

function remember(next: State): void {
  state = next;
  api.setState(next);
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties);
}
