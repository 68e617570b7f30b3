// A sticker and a voice message made on the spot, for whoever has none at hand.

const SIDE = 512;
const SECONDS = 1;

export async function sampleSticker() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  const disc = (x, y, radius, colour) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  disc(256, 256, 240, "#ffcf3f");
  disc(175, 200, 32, "#3b2a12");
  disc(337, 200, 32, "#3b2a12");
  Object.assign(pen, { lineWidth: 28, lineCap: "round", strokeStyle: "#3b2a12" });
  pen.beginPath();
  pen.arc(256, 270, 130, 0.15 * Math.PI, 0.85 * Math.PI);
  pen.stroke();
  const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp"));
  return new File([drawn], "smile.webp", { type: drawn.type });
}

export async function sampleVoice() {
  const sound = new AudioContext();
  const heard = sound.createMediaStreamDestination();
  const note = sound.createOscillator();
  note.connect(heard);
  const recorder = new MediaRecorder(heard.stream);
  const recorded = new Promise((resolve) => { recorder.ondataavailable = (event) => resolve(event.data); });
  recorder.start();
  note.start();
  setTimeout(() => recorder.stop(), SECONDS * 1000);
  const data = await recorded;
  await sound.close();
  return new File([data], "voice.webm", { type: data.type.split(";")[0] });
}
