import { expect, test } from "vitest";
import { imageProblem } from "../../src/translate/image.ts";
import { CONFIG, container } from "./base.ts";

test.for(["host", "host:1.2", "/usr/bin/sleep"])("image %s is there", (image) => {
  expect(imageProblem(container({ image }), CONFIG)).toBeUndefined();
});

test.for(["", "hosts", "hosts/app:1", "nginx", "docker.io/library/nginx:1", "./app"])(
  "image %j is to be pulled, which is told",
  (image) => {
    expect(imageProblem(container({ image }), CONFIG)).toEqual({
      reason: "ErrImagePull",
      message: `image "${image}" cannot be pulled: this node runs programs on its own files. Set image to "host" or to the absolute path of a program, or set images = ignore in /etc/unitlet/unitlet.conf to run command on the host whatever the image`,
    });
  },
);

test("any image is there where images are ignored", () => {
  expect(imageProblem(container({ image: "nginx" }), { ...CONFIG, images: "ignore" })).toBeUndefined();
});
