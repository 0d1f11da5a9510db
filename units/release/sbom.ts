import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

// Writes the bill of materials of a release, in CycloneDX: node sbom.ts FILE EPOCH_SECONDS
const [file = "", epoch = ""] = process.argv.slice(2);
const { name } = JSON.parse(readFileSync("package.json", "utf8")) as { name: string };
const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--omit=dev", "--package-lock-only"];
const { serialNumber: _, ...bom } = JSON.parse(execFileSync("npm", args, { encoding: "utf8" }));
// npm takes the name of the directory, the time of day and a random number, so that no two bills would be equal.
bom.metadata.component.name = name;
bom.metadata.timestamp = new Date(Number(epoch) * 1000).toISOString();
writeFileSync(file, `${JSON.stringify(bom, undefined, 2)}\n`);
