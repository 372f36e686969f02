// Every page: htmx, Alpine, server time, reasons of unavailable controls.
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org/dist/htmx.esm.js";
import { announce } from "./announce.js";
import { startClock } from "./clock.js";
import { startCountdowns } from "./countdown.js";
import { register } from "./parts.js";
import { startReasons } from "./reason.js";
import { startRequests } from "./requests.js";

const clock = startClock();
globalThis.htmx = htmx;
globalThis.yangguang = { clock, announce };
startReasons();
startRequests();
startCountdowns(clock);
register(Alpine);
Alpine.start();
