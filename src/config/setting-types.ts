import * as z from "zod";
import { parseQuantity, printBytes } from "../model/api/quantity.ts";
import { parseDuration } from "./duration.ts";
import { SettingError } from "./setting-error.ts";

export const yesNo = (fallback: boolean) =>
  z
    .enum(["yes", "no"], { error: "expected yes or no" })
    .default(fallback ? "yes" : "no")
    .transform((value) => value === "yes");

/** Returns the schema of a setting that `parse` reads; the message of its SettingError is the issue. */
export const parsed = <T>(fallback: string, parse: (text: string) => T) =>
  z.string().default(fallback).transform(orIssue(parse));

/** Returns the schema of such a setting whose default `toConfig` decides on. */
export const parsedIfGiven = <T>(parse: (text: string) => T) => z.string().transform(orIssue(parse)).optional();

const orIssue =
  <T>(parse: (text: string) => T) =>
  (text: string, context: z.RefinementCtx<string>) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  };

/** Reads whole seconds such as "5s" as milliseconds. `max` is in seconds. */
export const seconds = (fallback: string, max: number) =>
  z
    .string()
    .default(fallback)
    .refine((text) => /^[1-9]\d*s$/.test(text) && Number.parseInt(text, 10) <= max, { error: `expected 1s to ${max}s` })
    .transform((text) => Number.parseInt(text, 10) * 1000);

/** Reads a quantity of bytes such as "1Gi". */
export const bytes = (fallback: string, min: number) =>
  z
    .string()
    .default(fallback)
    .transform((text) => parseQuantity(text) ?? Number.NaN)
    .refine((value) => value >= min, {
      error: `expected a quantity of at least ${printBytes(min)}, such as ${fallback}`,
    })
    .transform(Math.floor);

export const wholeNumber = (fallback: string, min: number, max: number) =>
  z
    .string()
    .default(fallback)
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `expected a whole number from ${min} to ${max}`,
    })
    .transform(Number);

export const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** Reads a duration in Go's form, such as "1m30s", as milliseconds. */
export const duration = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .refine((value) => !Number.isNaN(value), { error: `expected a duration, such as ${fallback}` });

/** Returns a number above 0 up to 1. Throws SettingError. */
export function parseFraction(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0 || value > 1) throw new SettingError("expected a number above 0 up to 1, such as 0.9");
  return value;
}
