import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOfText, textOfBytes } from "../../src/model/byte-text.ts";

test("UTF-8 is its text", () => {
  expect(textOfBytes(Buffer.from("ä\n€"))).toBe("ä\n€");
});

test("any bytes come back, also between other texts", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.string({ unit: "binary" }), (array, around) => {
      const bytes = Buffer.from(array);
      const whole = Buffer.concat([Buffer.from(around), bytes, Buffer.from(around)]);
      expect(bytesOfText(around + textOfBytes(bytes) + around).equals(whole)).toBe(true);
    }),
  );
});
