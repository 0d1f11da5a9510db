/** Kept equal to package.json's version by a test. */
export const unitletVersion = "0.1.0";
