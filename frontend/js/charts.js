// Charts from data blocks: `<figure data-chart="bar"><script type="application/json">…</script></figure>`.
import { BarChart, GraphChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  BarChart,
  GraphChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

const COLOURS = ["#1d4b78", "#9b1b1f", "#2f7d5b", "#a8690a", "#6b4c9a", "#4d5865"];

function common(spec, style) {
  const fontFamily = style.fontFamily;
  return {
    color: COLOURS,
    animation: false,
    textStyle: { fontFamily, color: style.color },
    // The rich-text tooltip is drawn on the canvas; the HTML one needs inline styles, which the policy forbids.
    tooltip: { renderMode: "richText", trigger: spec.kind === "bar" || spec.kind === "line" ? "axis" : "item" },
    legend: { show: (spec.series?.length ?? 0) > 1, top: 0, textStyle: { color: style.color } },
  };
}

function axis(name, more) {
  const line = { lineStyle: { color: "#b9b4a9" } };
  return {
    name,
    nameLocation: "end",
    nameTextStyle: { color: "#4d5865" },
    axisLine: line,
    axisTick: line,
    axisLabel: { color: "#4d5865" },
    splitLine: { lineStyle: { color: "#eeece8" } },
    ...more,
  };
}

function marks(spec) {
  if (!spec.marks?.length) return undefined;
  return {
    symbol: "none",
    lineStyle: { color: "#9b1b1f", type: "dashed" },
    label: { formatter: ({ name }) => name, position: "insideStartTop", color: "#9b1b1f" },
    data: spec.marks.map(({ name, y, x }) => ({ name, ...(x === undefined ? { yAxis: y } : { xAxis: x }) })),
  };
}

function cartesian(spec) {
  const categories = Array.isArray(spec.x);

  const x = axis(spec.xName, {
    nameLocation: "middle",
    nameGap: 28,
    ...(categories ? { type: "category", data: spec.x } : { type: "value", scale: true }),
  });
  const y = axis(spec.yName, { type: "value", scale: spec.kind !== "bar" });
  return {
    grid: { left: 8, right: 24, top: spec.series.length > 1 ? 48 : 32, bottom: spec.xName ? 28 : 8, containLabel: true },
    ...(spec.across ? { xAxis: y, yAxis: { ...x, inverse: true } } : { xAxis: x, yAxis: y }),
    series: spec.series.map((one, index) => ({
      type: spec.kind,
      name: one.name,
      data: one.data,
      symbolSize: spec.kind === "scatter" ? 10 : 6,
      barMaxWidth: 36,
      stack: spec.stacked ? "all" : undefined,
      markLine: index === 0 ? marks(spec) : undefined,
    })),
  };
}

// ECharts takes ends of a line that are less than a unit apart for equal.
const UNIT = 100;

// A drawing is stretched to its canvas: two unseen corners give it the canvas's shape, so that circles stay round.
function corners(nodes, aspect) {
  const xs = nodes.map(({ x }) => x);
  const ys = nodes.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const width = Math.max(right - left, (bottom - top) * aspect, 1);
  const height = width / aspect;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return [-1, 1].map((side) => ({
    id: `corner${side}`,
    x: (x + (side * width) / 2) * UNIT,
    y: (y + (side * height) / 2) * UNIT,
    symbolSize: 0,
    label: { show: false },
    tooltip: { show: false },
  }));
}

function graph(spec, aspect = 1.6) {
  const placed = spec.nodes.some(({ x }) => x !== undefined);
  return {
    series: [
      {
        type: "graph",
        layout: placed ? "none" : "circular",
        roam: placed,
        label: { show: !placed, color: "#1c2530", position: "right" },
        labelLayout: { hideOverlap: true },
        lineStyle: { color: "#7b776e", curveness: placed ? 0 : 0.1, opacity: placed ? 0.45 : 1 },
        edgeLabel: { show: !placed, formatter: ({ data }) => data.label ?? "", color: "#4d5865", fontSize: 11 },
        left: placed ? "4%" : "20%",
        right: placed ? "12%" : "20%",
        top: placed ? "4%" : "12%",
        bottom: placed ? "4%" : "12%",
        data: spec.nodes.map(({ id, name, x, y, size = 18, group = 0, named = !placed, href }) => ({
          id,
          name,
          x: placed ? x * UNIT : x,
          y: placed ? y * UNIT : y,
          href,
          symbolSize: size,
          label: { show: named },
          itemStyle: { color: placed && !group ? "#9aa3ad" : COLOURS[group % COLOURS.length] },
        })).concat(placed ? corners(spec.nodes, aspect) : []),
        links: spec.links.map(({ source, target, label, weight = 1 }) => ({
          source,
          target,
          label,
          lineStyle: { width: weight },
        })),
      },
    ],
  };
}

/** ECharts' option for a chart of ours: {kind, x?, xName?, yName?, series: [{name, data}], marks?, nodes?, links?}. */
export function option(spec, style = {}) {
  return { ...common(spec, style), ...(spec.kind === "graph" ? graph(spec, style.aspect) : cartesian(spec)) };
}

function draw(figure, canvas, data) {
  const spec = { kind: figure.dataset.chart, ...JSON.parse(data.textContent) };
  const { fontFamily, color } = getComputedStyle(figure);
  const chart = echarts.init(canvas);
  const aspect = (canvas.clientWidth * 0.84) / (canvas.clientHeight * 0.92);
  chart.setOption(option(spec, { fontFamily, color, aspect }));
  chart.on("click", ({ data }) => data?.href && location.assign(data.href));
}

// A chart in a closed tab has no size, and ECharts cannot draw into none: it is drawn when it is first seen.
function fit(figure, canvas, data) {
  if (!canvas.clientWidth || !canvas.clientHeight) return;
  const chart = echarts.getInstanceByDom(canvas);
  if (chart) chart.resize();
  else draw(figure, canvas, data);
}

function watch(figure) {
  const data = figure.querySelector('script[type="application/json"]');
  const canvas = figure.querySelector("[data-chart-canvas]");
  if (!data || !canvas || canvas.dataset.chartCanvas === "watched") return;
  canvas.dataset.chartCanvas = "watched";
  new ResizeObserver(() => fit(figure, canvas, data)).observe(canvas);
}

function drawAll(root = document) {
  for (const figure of root.querySelectorAll("[data-chart]")) watch(figure);
}

if (typeof document !== "undefined") {
  drawAll();
  document.addEventListener("htmx:after:swap", () => drawAll());
}
