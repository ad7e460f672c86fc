/** The screen's map as a component of Streamlit: called at first and whenever what Python says differs. */
import { Chart } from "./chart.ts";
import type { Component } from "./types.ts";

const charts = new WeakMap<object, Chart>();

/** What is returned is called once, when the element goes. */
export default function main(component: Component): () => void {
  let chart = charts.get(component.parentElement);
  if (!chart) charts.set(component.parentElement, (chart = new Chart(component)));
  chart.update(component);
  return () => { charts.get(component.parentElement)?.end(); charts.delete(component.parentElement); };
}
