export { machineClock as realClock } from "../../src/adapters/clock.ts";
