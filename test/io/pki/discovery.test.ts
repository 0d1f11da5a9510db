import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseToken, publicKeyHashes, signatureProblem } from "../../../src/io/pki/discovery.ts";
import { selfSigned } from "../../../src/serve/auth/self-signed.ts";

/** As Kubernetes itself signs this text. */
const SIGNED = {
  kubeconfig: "Hello from the other side. I must have called a thousand times.",
  signatures: {
    "jws-kubeconfig-joshua": "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8",
  },
};
const TOKEN = { id: "joshua", secret: "my voice is my passcode" };

describe("signatureProblem()", () => {
  test("has nothing to say of what is signed with the token", () => {
    expect(signatureProblem(SIGNED, TOKEN)).toBeUndefined();
  });

  const signedBy = (signature: string) => ({ ...SIGNED, signatures: { "jws-kubeconfig-joshua": signature } });
  const [header, , digest] = SIGNED.signatures["jws-kubeconfig-joshua"].split(".");
  const none = Buffer.from('{"alg":"none","kid":"joshua"}').toString("base64url");

  test.each<[string, Parameters<typeof signatureProblem>[0], typeof TOKEN, string]>([
    ["another secret", SIGNED, { ...TOKEN, secret: "other" }, "is not signed with the token joshua"],
    ["another token", SIGNED, { ...TOKEN, id: "peter1" }, "the cluster does not know the token peter1"],
    ["another text", { ...SIGNED, kubeconfig: `${SIGNED.kubeconfig} ` }, TOKEN, "is not signed with the token joshua"],
    ["a text that is longer than what was signed", { ...SIGNED, kubeconfig: "" }, TOKEN, "is not signed"],
    ["no signature in it", signedBy(`${header}..`), TOKEN, "is not signed"],
    ["half a signature", signedBy(`${header}..${digest?.slice(0, 20)}`), TOKEN, "is not signed"],
    ["no algorithm", signedBy(`${none}..${digest}`), TOKEN, "is not a JWS with HS256"],
    ["something else", signedBy("hello"), TOKEN, "is not a JWS with HS256"],
    ["nothing", signedBy(""), TOKEN, "is not a JWS with HS256"],
  ])("says what is wrong with %s", (_, info, token, words) => {
    expect(signatureProblem(info, token)).toContain(words);
  });
});

test.each<[string, ReturnType<typeof parseToken>]>([
  ["abcdef.0123456789abcdef", { id: "abcdef", secret: "0123456789abcdef" }],
  ["ABCDEF.0123456789abcdef", undefined],
  ["abcdef.0123456789abcdef\n", undefined],
  ["abcdef0123456789abcdef", undefined],
  ["abcde.0123456789abcdef", undefined],
  ["", undefined],
])("the token %j", (text, expected) => {
  expect(parseToken(text)).toEqual(expected);
});

describe("publicKeyHashes()", () => {
  const [one, two] = [1, 2].map((n) => selfSigned(`ca-${n}`, ["x"], Date.now(), 60_000).certificate);

  test("is what openssl makes of the same certificate", () => {
    const script =
      "openssl x509 -noout -pubkey | openssl pkey -pubin -outform der | sha256sum | sed 's/ .*//; s/^/sha256:/'";
    const expected = execFileSync("sh", ["-c", script], { input: one, encoding: "utf8" }).trim();
    expect(publicKeyHashes(one ?? "")).toEqual([expected]);
  });

  test("has one for each certificate of a bundle, and none for what is no certificate", () => {
    expect(publicKeyHashes(`# two\n${one}${two}`)).toHaveLength(2);
    expect(publicKeyHashes("hello")).toEqual([]);
  });
});
