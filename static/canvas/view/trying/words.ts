// What the panel says of a try-out, in words for people who have never written code.

import type { Trial } from "../../live/trial.ts";
import { type Call, type Visit, type VisitState, heldBack, waitsFor } from "../../live/story.ts";
import { type Drawing, type Json, START, isObject, title } from "../../model/document.ts";

export const STATES: Readonly<Record<VisitState, readonly [icon: string, says: string]>> = {
  running: ["play", "under way"], retrying: ["triangle-alert", "failed, will be tried again"], waiting: ["clock", "waits for its time"], asked: ["hand", "waits for an answer"],
  called: ["corner-down-right", "waits for another workflow"], incident: ["circle-alert", "failed, needs help"], done: ["circle-check", "done"], stopped: ["square", "not finished"],
};

// `tried`: the drawing that was tried, where a step has been deleted since.
export function nameOf(drawing: Drawing, id: string, tried: Drawing | null = null): string {
  const step = drawing.nodes.find((each) => each.id === id) ?? tried?.nodes.find((each) => each.id === id);
  return id === START ? "Start" : title(step ?? { id, kind: "" });
}

// Where the try-out stands, in one line.
export function standing(trial: Trial, drawing: Drawing): string {
  const { phase, story } = trial;
  if (phase === "starting") return "Starting…";
  if (phase === "ready") return "";
  if (story.end) return { succeeded: `Ended at “${story.end.outcome}”`, failed: "Failed", cancelled: "Stopped" }[story.end.is] + (story.ms === null || story.ms < 100 ? "" : ` after ${took(story.ms)}`);
  const asks = waitsFor(story);
  const name = (id: string): string => nameOf(drawing, id, trial.drawing);
  if (asks) return asks.state === "incident" ? `“${name(asks.node)}” failed: what now?` : `“${name(asks.node)}” asks you`;
  const visits = [...story.visits.values()];
  const waiting = visits.find((visit) => visit.state === "waiting" || visit.state === "called");
  const busy = visits.find((visit) => visit.state === "running" || visit.state === "retrying");
  return busy ? `“${name(busy.node)}” is under way…` : waiting ? `“${name(waiting.node)}” ${STATES[waiting.state][1]}` : "Running…";
}

export function took(ms: number): string {
  if (ms < 1) return "under 1 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}

export function moment(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

// What a step would have sent, had it not been held back: a sentence, and the parts to show below it.
export interface Held {
  readonly says: string;
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly values: readonly (readonly [name: string, value: Json])[];
}

export function held(call: Call): Held | null {
  const what = call["held_back"];
  if (!isObject(what)) return null;
  if (call["door"] === "mail") return { says: `Would have sent this mail to ${text(what["to"])}: held back`, texts: [["Subject", text(what["subject"])], ["Text", text(what["body"])]], values: [] };
  if (call["door"] === "http") {
    const values = (["query", "headers", "body"] as const).flatMap((name) => (isEmpty(what[name]) ? [] : [[`${name.charAt(0).toUpperCase()}${name.slice(1)}`, what[name] ?? null] as const]));
    return { says: `Would have called ${text(what["method"])} ${text(what["url"])}: held back`, texts: [], values };
  }
  return { says: `Would have called the function ${text(what["function"])}: held back`, texts: [], values: [["With", what["arguments"] ?? null]] };
}

// What went out where effects were let out.
export function sent(call: Call): string {
  if (isObject(call["held_back"]) || isObject(call["error"])) return "";
  if (call["door"] === "mail") return `Sent a mail to ${text(call["to"])}: “${text(call["subject"])}”`;
  return call["door"] === "http" ? `Called ${text(call["method"])} ${text(call["url"])}` : "";
}

export const holdsBack = (visit: Visit): boolean => heldBack(visit).length > 0;

// An HTTP answer that is empty because nothing was sent: whoever reads it further on reads nothing.
export const answeredNothing = (visit: Visit): boolean => heldBack(visit).some((call) => call["door"] !== "mail");

// A confidence against its limit, where a step has both.
export function confidence(output: Json, config: Json | undefined): readonly [has: number, needs: number | null] | null {
  const has = isObject(output) ? output["confidence"] : null;
  const needs = isObject(config) ? config["cutoff"] : null;
  return typeof has === "number" ? [has, typeof needs === "number" ? needs : null] : null;
}

const text = (value: Json | undefined): string => (typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value));
const isEmpty = (value: Json | undefined): boolean => value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
